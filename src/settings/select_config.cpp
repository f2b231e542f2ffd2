#include "vrlt/settings/select_config.h"

#include "settings/run_name.h"
#include "vrlt/core/error.h"
#include "vrlt/selection/filter_presets.h"
#include "vrlt/settings/reward_section.h"

namespace vrlt::settings {
namespace {

void visit_reward_spec(config::FieldVisitor& v, SelectConfig& c) {
  visit_rewards(v, "accuracy rewards whose spread is measured", c.rewards, c.reward_options);
  v.section("reward_options", "how answers are read, and the parameters of rewards",
            c.reward_options);
}

void visit_audit(config::FieldVisitor& v, AuditConfig& c) {
  v.field({.name = "fraction",
           .help = "of the selected samples, answered anew; 0: none",
           .min = 0,
           .max = 1},
          c.fraction);
  v.field({.name = "min_samples", .help = "at least so many", .min = 1}, c.min_samples);
}

void check_racing(const SelectConfig& config, const config::KeyLocations& locations,
                  std::vector<std::string>& problems) {
  const auto refuse = [&](const char* key, const auto&... parts) {
    problems.push_back(concat(place_of(key, locations), ": ", parts...));
  };
  const auto& racing = config.racing;
  if (racing.first_draws != 0 &&
      (racing.first_draws < 2 || racing.first_draws >= config.rollout.group_size))
    refuse("racing.first_draws", "first_draws is ", racing.first_draws,
           ", expected 0, or from 2 to less than rollout.group_size (", config.rollout.group_size,
           ")");
  if (racing.near_cut_draws > 0 && racing.first_draws == 0)
    refuse("racing.near_cut_draws",
           "near_cut_draws has no effect without racing.first_draws; remove it");
}

std::vector<std::string> check(const SelectConfig& config, const config::KeyLocations& locations) {
  auto problems = check_run_name(config.name, locations);
  for (const auto& problem :
       check(config.model, config.data, config.video, config.image, locations))
    problems.push_back(problem);
  const auto add = [&](const std::vector<std::string>& more) {
    problems.insert(problems.end(), more.begin(), more.end());
  };
  add(check(config.rewards, config.reward_options, config.rollout.max_new_tokens,
            ControlRollouts::kNone, locations));
  add(selection::check(config.filter, "filter", locations));
  if (config.rollout.group_size < 2)
    problems.push_back(concat(place_of("rollout.group_size", locations),
                              ": a variance needs at least 2 responses"));
  check_racing(config, locations, problems);
  return problems;
}

}  // namespace

void visit_fields(config::FieldVisitor& v, SelectConfig& c) {
  v.field({.name = "name", .help = "of the run; its folder is output/name", .required = true},
          c.name);
  v.field({.name = "output", .help = "folder of run folders", .required = true}, c.output);
  v.field({.name = "seed", .help = "of sampling"}, c.seed);
  v.field({.name = "batch", .help = "prompts decoded together", .min = 1, .max = 1e6}, c.batch);
  v.section("model", "the model whose answers are judged", c.model);
  v.section("data", "the samples to choose from", c.data);
  visit_media_sections(v, c.video, c.image);
  v.section("rollout", "how responses are sampled; as in the training to come", c.rollout);
  v.section("racing", "few responses first, more where they leave doubt", c.racing);
  visit_reward_spec(v, c);
  v.section("filter", "what is kept", c.filter);
  v.begin_section("audit", "fresh responses to some of what is kept");
  visit_audit(v, c.audit);
  v.end_section();
}

std::string reward_spec(SelectConfig config) {
  return config::to_yaml([&](config::FieldVisitor& v) { visit_reward_spec(v, config); },
                         /*with_help=*/false);
}

SelectConfig load_select_config(const std::filesystem::path& file,
                                const std::vector<std::string>& overrides,
                                std::vector<std::string>* doubts) {
  SelectConfig named;
  read_ahead(file, overrides, [&](config::FieldVisitor& v) { visit_fields(v, named); });
  SelectConfig config;
  config.filter = selection::find_filter_preset(named.filter.preset).config();
  set_model_defaults(named.model.path, config.model, config.video, config.image);
  config::load(
      file, overrides, [&](config::FieldVisitor& v) { visit_fields(v, config); },
      [&](const config::KeyLocations& locations) {
        auto problems = check(config, locations);
        if (problems.empty() && doubts != nullptr)
          *doubts = settings::doubts(config.reward_options, locations);
        return problems;
      });
  return config;
}

}  // namespace vrlt::settings
