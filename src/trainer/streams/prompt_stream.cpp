#include "trainer/streams/prompt_stream.h"

#include "trainer/streams/online_streams.h"

namespace vrlt::trainer {
namespace {

/// All samples, epoch after epoch.
class ShuffledStream final : public PromptStream {
 public:
  ShuffledStream(const std::vector<data::Sample>& samples, uint64_t seed)
      : order_(static_cast<int64_t>(samples.size()), seed, /*shuffle=*/true) {}

 private:
  int64_t draw(int64_t, const Measure&) override { return order_.at(next_position()); }
  std::vector<int64_t> preview(int64_t, int64_t count) const override {
    return samples_in_order(order_, next_position(), count);
  }

  data::SampleOrder order_;
};

}  // namespace

template <>
std::unique_ptr<PromptStream> make_stream(const settings::AllSamples&,
                                          const std::vector<data::Sample>& samples, uint64_t seed) {
  return std::make_unique<ShuffledStream>(samples, seed);
}

std::vector<DrawnPrompt> in_order(const data::SampleOrder& order, int64_t first, int64_t count) {
  std::vector<DrawnPrompt> prompts;
  for (int64_t position = first; position < first + count; ++position)
    prompts.push_back({position, order.at(position)});
  return prompts;
}

std::vector<int64_t> samples_in_order(const data::SampleOrder& order, int64_t first,
                                      int64_t count) {
  std::vector<int64_t> samples;
  for (const auto& prompt : in_order(order, first, count)) samples.push_back(prompt.sample);
  return samples;
}

std::unordered_map<std::string_view, int64_t> indices_by_id(
    const std::vector<data::Sample>& samples) {
  std::unordered_map<std::string_view, int64_t> indices;
  indices.reserve(samples.size());
  for (const auto& sample : samples)
    indices.emplace(sample.id, static_cast<int64_t>(indices.size()));
  return indices;
}

std::vector<DrawnPrompt> PromptStream::next(int64_t step, int64_t count, const Measure& measure) {
  std::vector<DrawnPrompt> prompts;
  for (int64_t i = 0; i < count; ++i) prompts.push_back(at_next_position(draw(step, measure)));
  return prompts;
}

std::vector<DrawnPrompt> PromptStream::coming(int64_t step, int64_t count) const {
  std::vector<DrawnPrompt> prompts;
  for (const int64_t sample : preview(step, count))
    prompts.push_back({next_position_ + std::ssize(prompts), sample});
  return prompts;
}

PromptStream::Replay PromptStream::replay(const std::vector<GroupAccuracy>&) { return {}; }
void PromptStream::observe(const std::vector<GroupAccuracy>&) {}

void PromptStream::store(io::Json& state) const {
  state["next_position"] = next_position_;
  if (auto own = own_state(); !own.is_null()) state["prompts"] = std::move(own);
}

void PromptStream::restore(const io::Json& state, int64_t default_position) {
  try {
    const io::OwnFields fields(state, "state.json: trainer");
    const auto position = fields.integer_or("next_position", default_position);
    if (fields.has("prompts")) restore_own({fields.object("prompts"), fields.place_of("prompts")});
    next_position_ = position;
  } catch (const DataError& error) {
    throw CheckpointError(
        concat("the prompts of a checkpoint do not fit this run: ", error.what()));
  }
}

std::unique_ptr<PromptStream> make_prompt_stream(const settings::OnlineSelectionSection& section,
                                                 const std::vector<data::Sample>& samples,
                                                 uint64_t seed) {
  std::unique_ptr<PromptStream> stream;
  section.use_rule([&](const auto& rule) { stream = make_stream(rule, samples, seed); });
  VRLT_CHECK(stream != nullptr, "a rule that there is");
  return stream;
}

}  // namespace vrlt::trainer
