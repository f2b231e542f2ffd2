// policy_benchmark WORK --model FOLDER --inputs FILE ...: times one part of a GRPO step and prints
// a line of JSON with "seconds" (one number per repeat) and, under "check", numbers to compare with
// another implementation. scripts/benchmark.sh runs it beside its peers.

#include "tests/benchmark/command_line.h"
#include "workload.h"

namespace {

using vrlt::benchmark::Options;

constexpr vrlt::benchmark::Work<Options> kWorks[] = {
    {"generate", "tower, prefill and decoding of forced length", vrlt::benchmark::generate},
    {"update", "forward pass, GRPO loss and gradients of given responses", vrlt::benchmark::update},
    {"step", "frames to updated weights: processor, rollout, reward, reference, update, AdamW",
     vrlt::benchmark::step},
    {"head", "log-probs of random states over a large vocabulary", vrlt::benchmark::head},
};

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Times parts of a GRPO step.");
  Options options;
  app.add_option("--model", options.model, "Hugging Face folder");
  app.add_option("--inputs", options.inputs, "safetensors file of one prompt");
  app.add_option("--group", options.group, "responses per prompt");
  app.add_option("--new-tokens", options.new_tokens, "tokens per response");
  app.add_option("--prompts", options.prompts, "prompts (generate, step)");
  app.add_option("--micro-batch", options.micro_batch,
                 "prompts per forward and backward pass (step)");
  app.add_option("--vocabulary", options.vocabulary, "rows of the projection (head)");
  app.add_option("--hidden", options.hidden, "width (head)");
  app.add_option("--tokens", options.tokens, "states (head)");
  app.add_flag("--greedy", options.greedy, "the most likely token (generate)");
  app.add_flag("--freeze-vision", options.freeze_vision, "no gradients in the vision tower");
  app.add_flag("--forward-only", options.forward_only,
               "log-probs without gradients (update, head)");
  app.add_flag("--checkpoint", options.checkpoint,
               "activation checkpointing by blocks (update, step)");
  app.add_option("--save-gradients", options.save_gradients,
                 "write log-probs and gradients to this safetensors file (update)");
  app.add_option("--save-tokens", options.save_tokens,
                 "write the tokens to this safetensors file (generate)");
  return vrlt::benchmark::run_command_line(app, "policy_benchmark", kWorks, options, argc, argv);
}
