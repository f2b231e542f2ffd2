#pragma once

#include "reading/span_text.h"
#include "reading/steps.h"

namespace vrlt::reading {

/// The spans of a zone.
Read<Spans> read_spans(const Zone& zone, bool several);

}  // namespace vrlt::reading
