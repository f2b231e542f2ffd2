#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Video-R1: a list of {"problem_id", "problem", "options": ["A. ..."], "solution": "<answer>B</answer>", "path", "problem_type", "data_type"}.
/// Multiple choice about a video or an image becomes a record; everything else is dropped. Paths keep their folders, because names repeat between
/// them. Source: github.com/tulerfeng/Video-R1; arXiv:2503.21776.
Conversion convert_video_r1(const ConversionRequest& request);

/// NExT-GQA as VideoChat-R1 publishes it: a list of {"id": "<vid>_<qid>", "video", "question", "options": ["(A) ..."], "duration", "glue": spans,
/// "type", "answer": "(C)"}. Records and ids as of the authors' files. Source: github.com/OpenGVLab/VideoChat-R1; arXiv:2504.06958.
Conversion convert_nextgqa_videochat(const ConversionRequest& request);

}  // namespace vrlt::data
