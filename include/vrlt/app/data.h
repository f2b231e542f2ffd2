#pragma once

#include "vrlt/check/check_command.h"
#include "vrlt/command_line/command_line.h"
#include "vrlt/conversion/convert.h"
#include "vrlt/conversion/export.h"
#include "vrlt/conversion/store_export.h"
#include "vrlt/showing/show.h"

namespace vrlt::app {

/// `vrlt-data synth`: rendered clips with labels that are known, their records, and a tiny model
/// folder.
int run_synth(const command_line::CommandLine& command);

/// `vrlt-data check`, `show`, `convert` and `export`: as the functions of these names in check,
/// showing and conversion.
int run_check(const check::CheckCommand& command);
int run_convert(const conversion::ConvertCommand& command);
int run_show(const showing::ShowCommand& command);
int run_export(const conversion::ExportCommand& command);
int run_store_export(const conversion::StoreExportCommand& command);

}  // namespace vrlt::app
