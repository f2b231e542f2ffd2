#pragma once

#include <string>
#include <vector>

namespace vrlt::config {

/// What a key of another project is here: "it is optim.lr here", with what differs in meaning; or
/// empty if no project we know has it. The names are those of Hugging Face's TrainingArguments,
/// TRL's GRPOConfig, verl, EasyR1 and ms-swift.
/// @param key  as written, with its sections. @param all  the keys of the config, which may be of a
/// program that lacks ours.
std::string foreign_key_text(const std::string& key, const std::vector<std::string>& all);

/// The keys of ours that foreign_key_text names. Each must be a key of vrlt-train.
std::vector<std::string> keys_named_for_foreign_ones();

}  // namespace vrlt::config
