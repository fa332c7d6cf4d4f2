// The colours of lines: a model or an encoding has one and the same in every report.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace roformer::report {

/// The colour of a model, an encoding or another line by its name, as #RRGGBB. Names that the
/// palette does not know get one that depends on the name alone.
std::string colour_of(std::string_view name);

/// The colour of the line at a place, for lines that are no model's.
std::string colour_at(std::size_t place);

}  // namespace roformer::report
