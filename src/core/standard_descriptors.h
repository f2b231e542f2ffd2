#pragma once

namespace vrlt {

/// Opens /dev/null in place of standard input, output and error where they are closed: the next
/// file that is opened would take their numbers, and log lines would be written into it. Call
/// before anything is opened.
void open_standard_descriptors();

}  // namespace vrlt
