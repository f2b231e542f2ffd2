#pragma once

#include "vrlt/data/converter_table.h"

namespace vrlt::data {

/// Conversations and questions as other trainers read them, of which each question becomes a record
/// (chat_row.h says from which fields): LLaVA, ShareGPT, ms-swift, LLaMA-Factory, TRL, EasyR1 and
/// verl. What answers a question tells its task (plain_question.h): lettered options in its text or
/// in "options" or "choices"; a span of time as an answer or in "segments", "spans", "timestamps",
/// "timestamp", "glue"; else yes or no, or a text. Placeholders, tags around an answer and thinking
/// before it are taken off. Of several turns each question stands on its own, which is counted as
/// repaired.
/// Ids are <file>/<split>/<id or position>, "-<turn>" behind it from the second turn on.
/// Source: what these projects document of their data: ms-swift (custom dataset), LLaMA-Factory
/// (data formats), TRL (dataset formats), EasyR1 (custom dataset), verl (prepare data), LLaVA
/// (custom data).
void convert_chat(const ConversionRequest& request, Conversion& conversion);

}  // namespace vrlt::data
