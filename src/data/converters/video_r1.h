#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Video-R1: a list of {"problem_id", "problem", "options": ["A. ..."], "solution":
/// "<answer>B</answer>", "path", "problem_type", "data_type"}. About a video or an image;
/// "problem_type" says what is asked for: multiple choice (options with their letter in any
/// spelling), or the open kinds numerical, regression, OCR and free-form, whose records keep it:
/// rewards are chosen by it (numeric, regression, ocr, rouge). "process" of the part with written
/// reasons becomes "thinking". Paths keep their folders, because names repeat between them. Source:
/// github.com/tulerfeng/Video-R1; arXiv:2503.21776.
void convert_video_r1(const ConversionRequest& request, Conversion& conversion);

/// NExT-GQA as VideoChat-R1 publishes it: a list of {"id": "<vid>_<qid>", "video", "question",
/// "options": ["(A) ..."], "duration", "glue": spans, "type", "answer": "(C)"}. Records and ids as
/// of the authors' files. Source: github.com/OpenGVLab/VideoChat-R1; arXiv:2504.06958.
void convert_nextgqa_videochat(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
