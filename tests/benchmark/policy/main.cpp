// policy_benchmark WORK --model FOLDER --inputs FILE ...: times one part of a GRPO step and prints a line of JSON with "seconds" (one
// number per repeat) and, under "check", numbers to compare with another implementation. scripts/benchmark.sh runs it beside its peers.

#include <ATen/Parallel.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "vrlt/core/error.h"
#include "workload.h"

namespace {

using vrlt::benchmark::Options;

struct Work {
  const char* name;
  const char* help;
  vrlt::io::Json (*run)(const Options&);
};

constexpr Work kWorks[] = {
    {"generate", "tower, prefill and decoding of forced length", vrlt::benchmark::generate},
    {"update", "forward pass, GRPO loss and gradients of given responses", vrlt::benchmark::update},
    {"step", "frames to updated weights: processor, rollout, reward, reference, update, AdamW", vrlt::benchmark::step},
    {"head", "log-probs of random states over a large vocabulary", vrlt::benchmark::head},
};

void run(const Options& options) {
  at::set_num_threads(options.threads);
  for (const auto& work : kWorks)
    if (options.work == work.name) {
      std::printf("%s\n", work.run(options).dump().c_str());
      return;
    }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times parts of a GRPO step.");
  Options options;
  std::string list;
  std::vector<std::string> names;
  for (const auto& work : kWorks) {
    names.emplace_back(work.name);
    list += std::string(list.empty() ? "" : "; ") + work.name + ": " + work.help;
  }
  app.add_option("work", options.work, list)->required()->check(CLI::IsMember(names));
  app.add_option("--model", options.model, "Hugging Face folder");
  app.add_option("--inputs", options.inputs, "safetensors file of one prompt");
  app.add_option("--group", options.group, "responses per prompt");
  app.add_option("--new-tokens", options.new_tokens, "tokens per response");
  app.add_option("--prompts", options.prompts, "prompts (generate, step)");
  app.add_option("--micro-batch", options.micro_batch, "prompts per forward and backward pass (step)");
  app.add_option("--vocabulary", options.vocabulary, "rows of the projection (head)");
  app.add_option("--hidden", options.hidden, "width (head)");
  app.add_option("--tokens", options.tokens, "states (head)");
  app.add_flag("--greedy", options.greedy, "the most likely token (generate)");
  app.add_flag("--freeze-vision", options.freeze_vision, "no gradients in the vision tower");
  app.add_flag("--forward-only", options.forward_only, "log-probs without gradients (update, head)");
  app.add_flag("--checkpoint", options.checkpoint, "activation checkpointing by blocks (update, step)");
  app.add_option("--save-gradients", options.save_gradients, "write log-probs and gradients to this safetensors file (update)");
  app.add_option("--save-tokens", options.save_tokens, "write the tokens to this safetensors file (generate)");
  app.add_option("--threads", options.threads, "threads of LibTorch");
  app.add_option("--repeats", options.repeats, "timed runs");
  app.add_option("--warmup", options.warmup, "runs before them");
  CLI11_PARSE(app, argc, argv);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "policy_benchmark: %s\n", error.what());
    return 1;
  }
}
