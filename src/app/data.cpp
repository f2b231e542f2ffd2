#include "vrlt/app/data.h"

#include "vrlt/command_line/printed_config.h"
#include "vrlt/settings/synth_config.h"
#include "vrlt/synth/data_set.h"

namespace vrlt::app {

int run_synth(const command_line::CommandLine& command) {
  const auto config = settings::load_synth_config(command.config, command.overrides);
  if (command.print_config)
    command_line::print_config(command, config);
  else if (!command.dry_run)
    synth::write_data_set(config);
  return 0;
}

int run_check(const check::CheckCommand& command) { return check::run_check(command); }

int run_convert(const conversion::ConvertCommand& command) {
  return conversion::run_convert(command);
}

int run_show(const showing::ShowCommand& command) { return showing::run_show(command); }

int run_export(const conversion::ExportCommand& command) { return conversion::run_export(command); }

int run_store_export(const conversion::StoreExportCommand& command) {
  return conversion::export_store(command);
}

}  // namespace vrlt::app
