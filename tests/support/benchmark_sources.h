#pragma once

#include <filesystem>
#include <string>

#include "vrlt/io/files.h"

namespace vrlt::test {

/// Small source trees of every benchmark in the layout of its authors, with invented questions
/// (docs/spec/benchmarks.md#what-there-is). Each function writes into `root` and returns what
/// `vrlt-data convert` is given as ANNOTATIONS. What there is to repair or drop stands in the
/// comments.
namespace sources {

namespace fs = std::filesystem;

inline fs::path write(const fs::path& path, const std::string& text) {
  io::create_folders(path.parent_path());
  io::write_file_atomic(path, text);
  return path;
}

/// Three queries on two videos: a plain one, one that runs backwards, one without length that also
/// ends beyond Charades_v1_test.csv's 10.0 s.
inline fs::path charades_sta(const fs::path& root) {
  write(root / "Charades_v1_test.csv",
        "id,subject,script,length\n"
        "AB1CD,X1,\"A person, in the dark, says \"\"on\"\".\nThen light.\",31.00\n"
        "XY9ZZ,X2,none,10.0\n");
  return write(root / "charades_sta_test.txt",
               "AB1CD 24.3 30.4##a person turns a light on.\n"
               "AB1CD 5.1 0.0##person closes the door.\n"
               "XY9ZZ 12.0 12.0##person laughs.\n");
}

/// The same truth in half precision: 24.3 is 24.296875 there, 30.4 is 30.40625.
inline fs::path charades_sta_rows(const fs::path& root) {
  return write(
      root / "rows.jsonl",
      R"({"video":"AB1CD.mp4","caption":"a person turns a light on.","timestamp":[24.296875,30.40625]})"
      "\n"
      R"({"video":"AB1CD.mp4","caption":"person closes the door.","timestamp":[0.0,5.1015625]})"
      "\n");
}

/// A sentence that begins with a blank (as 11483 of val_2 do), a span beyond the end, a blank
/// sentence (dropped), a span that runs backwards.
inline fs::path anet_tvg(const fs::path& root) {
  return write(
      root / "val_2.json",
      R"({"v_AbCdEfGhIjK": {"duration": 82.73, "timestamps": [[0.83, 19.86], [17.37, 90.0]],
                   "sentences": ["A man jumps.", " He falls.\n"]},
                   "v_-LmNoPqRsTu": {"duration": 20, "timestamps": [[0, 5], [9, 3]], "sentences": [" ", "She \"sings\"."]}})");
}

/// The list: a plain question, times that run backwards, an answer with one time (dropped).
inline fs::path anet_rtl(const fs::path& root) {
  return write(
      root / "annot_val_1_q229.json",
      R"([{"question_id": "AbCdEfGhIjK_3", "vid": "AbCdEfGhIjK", "duration": 92.4, "question": "When does the crowd react?",
                    "answer": "<41.0> <48.5> The crowd gasps because the jumper hits the bar."},
                   {"question_id": "AbCdEfGhIjK_4", "vid": "AbCdEfGhIjK", "duration": 92.4, "question": "When does he bow?",
                    "answer": "<60.5> <52.0> He bows at <t>."},
                   {"question_id": "x_0", "vid": "x", "duration": 9, "question": "When?", "answer": "At <4.0> it ends."}])");
}

/// The training file: a dictionary of videos, here with one usable question.
inline fs::path anet_rtl_train(const fs::path& root) {
  return write(
      root / "activitynet_train_gpt-4-0613_temp_6_f10009.json",
      R"({"v_AbCdEfGhIjK": {"duration": 92.4, "QA": [{"q": "Why?", "a": "Because."}, {"q": "When?", "a": "<1.5> <2> It rains."}]}})");
}

/// Two spans for one question; a span from before 0 to beyond the 24 s; two options of the same
/// text; a question without spans and one without spans for its video (both dropped); an answer
/// that is no option (dropped).
inline fs::path nextgqa(const fs::path& root) {
  write(root / "test.csv",
        "video_id,frame_count,width,height,question,answer,qid,type,a0,a1,a2,a3,a4\n"
        "1234567890,719,320,240,why did the boy jump,excited,3,CW,tired,excited,to reach "
        "toy,angry,dance\n"
        "1234567890,719,320,240,\"what did he do, then\",run,4,TP,walk,run,run,sit,eat\n"
        "1234567890,719,320,240,what now,run,5,TN,walk,run,jump,sit,eat\n"
        "7777777777,719,320,240,who,run,0,TC,walk,run,jump,sit,eat\n"
        "1234567890,719,320,240,where,home,6,CH,a,b,c,d,e\n");
  write(
      root / "gsub_test.json",
      R"({"1234567890": {"duration": 24, "location": {"3": [[2.0, 6.5], [10.1, 14.0]], "4": [[-0.1, 24.3]], "6": [[0, 1]]}, "fps": 29.97}})");
  write(root / "map_vid_vidorID.json", R"({"1234567890": "1000/1234567890"})");
  return root;
}

/// VideoChat-R1's list of one of these questions.
inline fs::path nextgqa_videochat(const fs::path& root) {
  return write(
      root / "nextgqa.json",
      R"json([{"id": "1234567890_3", "video": "1000/1234567890", "question": "why did the boy jump", "duration": 24, "type": "CW",
                    "options": ["(A) tired", "(B) excited", "(C) to reach toy"], "glue": [[2.0, 6.5], [10.1, 14.0]], "answer": "(B)"}])json");
}

/// The Hugging Face file: an answer that agrees with its span, one that does not (noted), a window
/// without length, hidden labels.
inline fs::path rextime(const fs::path& root) {
  return write(
      root / "rextime_val.json",
      R"([{"qid": "anet_val7", "vid": "v_AbCdEfGhIjK", "duration": 100.5, "source": "ActivityNet_val_2", "category": "cause_effect",
                    "question": "Why did the man stop?", "options": ["x", "y", "z", "w"], "answer": "From <5> to <8>, y", "span": [5, 8], "ans": "B"},
                   {"qid": "anet_val8", "vid": "v_AbCdEfGhIjK", "duration": 100.5, "source": "ActivityNet_val_2", "category": "sequential",
                    "question": "What next?", "options": ["x", "y", "z", "w"], "answer": "From <1> to <3>, x", "span": [10, 20], "ans": "A"},
                   {"qid": "qvh_val9", "vid": "2I9-kvemtSU_510.0_660.0", "duration": 150, "source": "QVHighlights_val", "category": "means_end",
                    "question": "How?", "options": ["x", "y", "z", "w"], "answer": "From <4> to <4>, w", "span": [4, 4], "ans": "D"},
                   {"qid": "qvh_test1", "vid": "2I9-kvemtSU_510.0_660.0", "duration": 150, "source": "QVHighlights_val", "category": "means_end",
                    "question": "Hidden?", "options": ["x", "y", "z", "w"], "answer": null, "span": null, "ans": null}])");
}

/// The GitHub file, without options.
inline fs::path rextime_windows(const fs::path& root) {
  return write(
      root / "rextime_val.jsonl",
      R"({"qid": "qvh_val241", "query": "What were they doing?", "duration": 150, "vid": "2I9-kvemtSU_510.0_660.0", "relevant_windows": [[0, 28]], "ans": "A"})"
      "\n");
}

inline constexpr const char* kMvbenchSubTasks[] = {"action_sequence",
                                                   "action_prediction",
                                                   "object_interaction",
                                                   "action_localization",
                                                   "episodic_reasoning",
                                                   "action_antonym",
                                                   "fine_grained_action",
                                                   "unexpected_action",
                                                   "object_existence",
                                                   "moving_direction",
                                                   "moving_count",
                                                   "moving_attribute",
                                                   "counterfactual_inference",
                                                   "object_shuffle",
                                                   "action_count",
                                                   "state_change",
                                                   "character_order",
                                                   "scene_transition",
                                                   "fine_grained_pose",
                                                   "egocentric_navigation"};

/// One question in each sub-task; episodic_reasoning has five candidates and a second question
/// whose answer is none of them (dropped). Bounds are spelled as Python does, also in the names of
/// cut files: 21 is no 21.0.
inline fs::path mvbench(const fs::path& root) {
  for (const std::string name : kMvbenchSubTasks)
    write(
        root / "json" / (name + ".json"),
        R"([{"video": "AB12C.mp4", "question": "What happened?", "candidates": ["Closed.", "Ate.", "Opened."], "answer": "Opened.",
               "start": 12.299999999999999, "end": 21}])");
  write(
      root / "json/episodic_reasoning.json",
      R"([{"video": "show_s01e02_seg01_clip_03", "question": "Why does Ann leave?", "candidates": ["Late.", "Angry.", "Keys.", "Tired.", "Call."],
             "answer": "Angry.", "start": 10.2, "end": 20.7, "fps": 3},
            {"video": "show_s01e02_seg01_clip_04", "question": "Why?", "candidates": ["Late.", "Angry."], "answer": "Happy.", "start": 1, "end": 2}])");
  write(
      root / "json/action_sequence.json",
      R"([{"video": "ZS9XR.mp4", "question": "Then?", "candidates": ["Sat.", "Ran.", "Sat."], "answer": "Sat.", "start": 5.0, "end": 5.0},
            {"video": "ZS9XR_1.5_8.0.mp4", "question": "First?", "candidates": ["Sat.", "Ran."], "answer": "Ran.", "start": 1.5, "end": 8.0}])");
  return root;
}

/// All four tasks on one video; a letter without blank, a stray blank before a letter, an answer
/// that is neither yes nor no (dropped).
inline fs::path tempcompass(const fs::path& root) {
  write(
      root / "questions/multi-choice.json",
      R"({"1000000001": {"action": [{"question": "What is the dog doing?\nA. running\nB. sleeping\nC.Barking", "answer": "C.Barking"},
                                      {"question": "And then?\nA. eating\n B. running", "answer": "B. running"}]}})");
  write(
      root / "questions/yes_no.json",
      R"({"1000000001": {"speed": [{"question": "Is it fast?", "answer": "yes"}, {"question": "Is it slow?", "answer": "maybe"}]}})");
  write(
      root / "questions/caption_matching.json",
      R"({"1000000001": {"order": [{"question": "Which caption matches the video better?\nCaption A: A dog: it runs.\nCaption B: A dog sleeps.",
                                     "answer": "Caption B: A dog sleeps."}]}})");
  write(
      root / "questions/captioning.json",
      R"({"1000000001": {"action": [{"question": "Write a caption.\nInformation A: {'a': 1}\nGenerated Caption:", "answer": "B. running"}]}})");
  write(
      root / "meta_info.json",
      R"({"1000000001": {"eval_dim": {"action": {"type": "fine-grained action"}, "speed": {"type": "absolute speed"},
                                        "order": {"event1": "a", "event2": "b"}, "direction": null}, "content": ["animals"]}})");
  return root;
}

/// The same questions as rows of the Hugging Face copy, without meta_info.json.
inline fs::path tempcompass_rows(const fs::path& root) {
  write(
      root / "multi-choice.jsonl",
      R"({"video_id": "1000000001", "question": "What?\nA. running\nB. sleeping", "answer": "A. running", "dim": "action"})"
      "\n"
      R"({"video_id": "1000000001", "question": "Then?\nA. running\nB. sleeping", "answer": "B. sleeping", "dim": "action"})"
      "\n");
  write(root / "yes_no.jsonl",
        R"({"video_id": "1000000001", "question": "Is it fast?", "answer": "no", "dim": "speed"})"
        "\n");
  write(
      root / "caption_matching.jsonl",
      R"({"video_id": "1000000001", "question": "Which?\nSentence A: one.\nSentence B: two.", "answer": "Sentence A: one.", "dim": "order"})"
      "\n");
  write(
      root / "captioning.jsonl",
      R"({"video_id": "1000000001", "question": "Write.", "answer": "A. x", "dim": "action", "mc_question": "What?\nA. x", "mc_answer": "A. x"})"
      "\n");
  return root;
}

/// Two questions; the second video has no subtitles and one of its options a wrong letter (kept as
/// it stands).
inline fs::path videomme(const fs::path& root) {
  write(root / "subtitle/-bcdefghijk.srt",
        "1\n00:00:00,000 --> 00:00:02,000\n<font color=\"white\" size=\".72c\">hello</font>\n");
  return write(
      root / "rows.jsonl",
      R"({"video_id": "001", "duration": "short", "domain": "Knowledge", "sub_category": "Astronomy", "url": "u", "videoID": "-bcdefghijk", "question_id": "001-1", "task_type": "Counting Problem", "question": "How many probes appear?", "options": ["A. One.", "B. Two.", "C. Three.", "D. Four."], "answer": "B"})"
      "\n"
      R"({"video_id": "002", "duration": "long", "domain": "Knowledge", "sub_category": "Law", "url": "u", "videoID": "_bcdefghijk", "question_id": "002-1", "task_type": "OCR Problems", "question": "Which?", "options": ["A. One.", "B. Two.", "B. Three.", "D. Four."], "answer": "D"})"
      "\n");
}

/// Two questions of a video, the second of two categories.
inline fs::path lvbench(const fs::path& root) {
  return write(
      root / "video_info.meta.jsonl",
      R"({"key": "Cm73ma6Ibcs", "type": "cartoon", "video_info": {"fps": 30.0}, "qa": [{"uid": "1", "question": "Which year?\n(A) 1636\n(B) 1366\n(C) 1363\n(D) 1633", "answer": "D", "question_type": ["reasoning"], "time_reference": "00:15-00:19"}, )"
      R"({"uid": "2", "question": "Who sings?\n(A) a man\n(B) a girl", "answer": "B", "question_type": ["entity recognition", "reasoning"], "time_reference": "01:15"}]})");
}

/// The form of the authors, and the rows of the Parquet file, of which the last hides its answer.
inline fs::path longvideobench(const fs::path& root) {
  return write(
      root / "lvb_val.json",
      R"([{"video_id": "86CxyhFV9MI", "question": "What is on the left?", "candidates": ["a cup", "a hat", "a dog"], "correct_choice": 1, "topic_category": "NP-News-Programs", "question_category": "S2E", "level": "L1-Perception", "id": "86CxyhFV9MI_0", "video_path": "86CxyhFV9MI.mp4", "duration_group": 600, "starting_timestamp_for_subtitles": 0, "duration": 190.16, "subtitle_path": "86CxyhFV9MI_en.json"},
          {"question": "Which?", "option0": "one", "option1": "two", "option2": "N/A", "option3": "N/A", "option4": "N/A", "correct_choice": 0, "question_category": "T3E", "id": "b_1", "video_path": "b.mp4", "duration_group": "15", "duration": 9.5},
          {"question": "Who?", "candidates": ["he", "she"], "correct_choice": -1, "question_category": "T3E", "id": "b_2", "video_path": "b.mp4", "duration_group": 15, "duration": 9.5}])");
}

/// Two tasks of multiple choice, and an open one (dropped).
inline fs::path mlvu(const fs::path& root) {
  write(root / "json/1_plotQA.json",
        R"([{"video": "movie101_66.mp4", "duration": 480.0, "question": "What color?", "candidates": ["Yellow", "Red"], "answer": "Yellow", "question_type": "plotQA"},
            {"video": "en_tv.mp4", "duration": 90, "question": "Who?", "candidates": ["he", "she", "it"], "answer": "it", "question_type": "plotQA"}])");
  write(root / "json/6_order.json",
        R"([{"video": "order_1.mp4", "duration": 300, "question": "In which order?", "candidates": ["a-->b", "b-->a"], "answer": "b-->a", "question_type": "order"}])");
  write(root / "json/9_summary.json",
        R"([{"video": "s.mp4", "duration": 300, "question": "Sum up.", "answer": "A film.", "question_type": "summary"}])");
  return root / "json";
}

/// A question whose options have letters, and an open one (dropped).
inline fs::path videommmu(const fs::path& root) {
  return write(
      root / "rows.jsonl",
      R"({"id": "validation_Art_Theory_12", "question": "Which?", "options": ["A. red", "B. blue", "C. green"], "answer": "B", "question_type": "multiple-choice"})"
      "\n"
      R"({"id": "dev_Math_3", "question": "How much?", "options": [], "answer": "3.5", "question_type": "open"})"
      "\n");
}

/// A query with blanks and full stops, and a span beyond the video.
inline fs::path timelens_bench(const fs::path& root) {
  return write(
      root / "charades-timelens.json",
      R"({"3MSZA": {"duration": 30.96, "spans": [[24.3, 30.4], [0, 40]], "queries": [" A person  turns\non the light. ", "He sits"]}})");
}

/// A multiple-choice question, one with an empty choice before the answer, an open-ended one
/// (dropped), and one as the authors publish it, with a link.
inline fs::path mmvu(const fs::path& root) {
  return write(
      root / "validation.json",
      R"([{"id": "validation_12", "video_path": "./videos/Chemistry/7.mp4", "question_type": "multiple-choice", "question": "Which step?",
                    "choices": {"A": "heating", "B": "cooling", "C": "mixing", "D": "drying", "E": "sieving"}, "answer": "C"},
                   {"id": "validation_13", "video_path": "./videos/Art/1.mp4", "question_type": "multiple-choice", "question": "Which?",
                    "choices": {"A": "x", "B": "", "C": "y", "D": "z", "E": ""}, "answer": "D"},
                   {"id": "validation_14", "video_path": "./videos/Art/2.mp4", "question_type": "open-ended", "question": "Why?",
                    "choices": {"A": "", "B": "", "C": "", "D": "", "E": ""}, "answer": "because"},
                   {"id": "validation_15", "video": "https://example.org/resolve/main/videos/Pharmacy/3.mp4", "question_type": "multiple-choice",
                    "question": "Who?", "choices": {"B": "b", "A": "a"}, "answer": "A"}])");
}

/// A YAML of two data sets: the first keeps its last half (2 of 3, rounded up), the second all; one
/// item of it has no span (dropped).
inline fs::path seed_train(const fs::path& root) {
  write(
      root / "charades_train.json",
      R"([{"dataset": "charades_train", "video": "A.mp4", "problem": "Give the query: \"first\", when does the described content occur in the video?.", "solution": [0, 0.5], "video_length": 10},
            {"dataset": "charades_train", "video": "QW2ER.mp4", "problem": "Give the query: \"person eats a sandwich\", when does the described content occur in the video?.", "solution": [0.1, 0.3], "video_length": 30.5},
            {"dataset": "charades_train", "video": "B.mp4", "problem": "When?", "solution": [0.9, 0.4], "video_length": 20.0}])");
  write(
      root / "other.jsonl",
      R"({"dataset": "other", "video": "c.mp4", "problem": "Give the query: \"x\", when does the described content occur in the video?.", "solution": [0.25, 0.75], "video_length": 8})"
      "\n"
      R"({"dataset": "other", "problem": "Which frame?", "solution": "2"})"
      "\n");
  return write(root / "tvg.yaml",
               "datasets:\n"
               "  - json_path: charades_train.json\n"
               "    data_folder: /data/Charades_v1_480\n"
               "    sampling_strategy: end:50%\n"
               "  - json_path: other.jsonl\n"
               "    data_folder: /data/other\n");
}

/// A question about a video, one about an image, a free-form one, one whose answer is no option
/// (dropped).
inline fs::path video_r1(const fs::path& root) {
  return write(
      root / "Video-R1-260k.json",
      R"([{"problem_id": 2, "problem": "Which moves?", "data_type": "video", "problem_type": "multiple choice", "options": ["A. red", "B. blue"],
                    "solution": "<answer>B</answer>", "path": "./CLEVRER/train/video_1.mp4", "data_source": "CLEVRER"},
                   {"problem_id": 3, "problem": "What is it?", "data_type": "image", "problem_type": "multiple choice", "options": ["A. cat", "B. dog"],
                    "solution": "<answer>A</answer>", "path": "./Math/1.png", "data_source": "Math"},
                   {"problem_id": 4, "problem": "Describe.", "data_type": "video", "problem_type": "free-form", "options": [],
                    "solution": "<answer>A dog.</answer>", "path": "./x/1.mp4", "data_source": "x"},
                   {"problem_id": 5, "problem": "Which?", "data_type": "video", "problem_type": "multiple choice", "options": ["A. a", "B. b"],
                    "solution": "<answer>C</answer>", "path": "./x/2.mp4", "data_source": "x"}])");
}

/// Rows of ms-swift (a letter in tags, a path of another machine), LLaVA (two turns, of which the
/// second is a span) and EasyR1 (options in the line).
inline fs::path chat(const fs::path& root) {
  return write(
      root / "chat.jsonl",
      R"({"messages": [{"role": "user", "content": "<video>What is turned on?\nA. a light\nB. a TV"}], "videos": ["clips/s10.mp4"], "solution": "<answer>B</answer>"})"
      "\n"
      R"({"id": "7", "video": "s10.mp4", "conversations": [{"from": "human", "value": "<image>\nIs it on?"}, {"from": "gpt", "value": "Yes."}, {"from": "human", "value": "When?"}, {"from": "gpt", "value": "From 2.0 to 5.5 seconds."}]})"
      "\n"
      R"({"videos": ["s10.mp4"], "problem": "<video>What? A. a light B. a TV", "answer": "A"})"
      "\n");
}

/// Columns by their usual names: a choice by its letter, and a span.
inline fs::path table(const fs::path& root) {
  return write(root / "table.csv",
               "id,question,options,answer,start,end,video\n"
               "1,What is on?,\"['a light', 'a TV']\",B,,,s10.mp4\n"
               "2,a man falls,,,1.5,4,s10.mp4\n");
}

/// A whole video, a part of one (its times count from 120.6), and a file that is such a part.
inline fs::path time_r1(const fs::path& root) {
  return write(
      root / "train_2k5.json",
      R"([{"video": "./d/QtW.mp4", "duration": 93.3, "timestamp": [1.0, 4.0], "sentence": "A purple hanger.", "qid": "my|cosmo|QtW|A", "video_start": null, "video_end": null, "difficulty": 50.0, "pred": [0.0, 3.0]},
{"video": "./d/KgO.mp4", "duration": 10.8, "timestamp": [0.5, 3.5], "sentence": "news", "qid": "q2", "video_start": 120.5, "video_end": 131.5, "difficulty": 35.0},
{"video": "./d/4ju_00:00:39:000_00:01:24:700.mp4", "duration": 45.7, "timestamp": [34.9, 41.9], "sentence": "a statue", "qid": "q3", "video_start": 39.0, "video_end": 84.7}])");
}

/// Two events of a video, one of them with two spans, and a row as a rollout writes it, of pictures.
inline fs::path timelens2(const fs::path& root) {
  return write(
      root / "timelens2.jsonl",
      R"({"video_path": "a/v1.mp4", "duration": 120.0, "events": [{"query": "a man falls", "span": [[10.0, 15.0], [20, 21]]}, {"query": "he stands up", "span": [16, 18]}]})"
      "\n"
      R"({"video_path": "b/v2", "duration": 9.0, "sample_fps": 2, "query": "rain", "span": [[0.0, 3.0]], "rollouts": ["[[0, 1]]"]})"
      "\n");
}

/// A choice, a span, a number, a formula and free text; boxes are passed over.
inline fs::path onethinker(const fs::path& root) {
  return write(
      root / "onethinker_rl_train.json",
      R"([{"problem_id": 1, "problem": "<video>Which?", "problem_type": "multiple choice", "data_type": "video", "options": ["A. x", "B. y"], "answer": "<answer>B</answer>", "videos": ["v/1.mp4"]},
{"problem_id": 2, "problem": "When?", "problem_type": "temporal grounding", "data_type": "video", "solution": "<answer>{\"time\": [12.3, 25.7]}</answer>", "path": "./v/2.mp4"},
{"problem_id": 3, "problem": "How far?", "problem_type": "regression", "data_type": "image", "solution": "<answer>1.5</answer>", "path": "3.png"},
{"problem_id": 4, "problem": "x?", "problem_type": "math", "data_type": "image", "solution": "<answer>$\\frac{1}{2}$</answer>", "path": "4.png"},
{"problem_id": 5, "problem": "Why?", "problem_type": "open-ended", "data_type": "image", "solution": "<answer>It rains.</answer>", "path": "5.png", "data_source": "s"},
{"problem_id": 6, "problem": "Where?", "problem_type": "spatial grounding", "data_type": "image", "solution": "<answer>{\"boxes\": [1, 2, 3, 4]}</answer>", "path": "6.png"}])");
}

}  // namespace sources
}  // namespace vrlt::test
