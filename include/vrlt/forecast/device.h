#pragma once

#include <optional>
#include <string>

#include "vrlt/forecast/work.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::forecast {

/// Floating-point operations per second of a large matrix product on the device, the best of a few;
/// none if there is no such device.
std::optional<double> measured_flops(const std::string& device, const std::string& dtype);

/// What a config declares, otherwise measured; none if neither.
std::optional<DeviceSpeed> device_speed(const settings::ModelSection& model,
                                        std::optional<double> declared_tflops = {});

/// Bytes of memory that are there for this rank before it has opened anything: those of a GPU that
/// are free, or of main memory what the rank may use (memory_limit()); none if there is no such
/// device, or it does not say.
std::optional<double> device_bytes(const std::string& device, int local_rank);

}  // namespace vrlt::forecast
