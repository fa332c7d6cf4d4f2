#include "roformer/base/option.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/nearest_name.h"

namespace roformer::base {

bool Range::contains(double value) const {
  return (without_least ? value > least : value >= least) &&
         (without_most ? value < most : value <= most);
}

std::string Range::in_words() const {
  if (std::isinf(most)) return fmt::format("{} {}", without_least ? ">" : ">=", least);
  if (!without_least && !without_most) return fmt::format("in {} .. {}", least, most);
  return fmt::format("in {}{}, {}{}", without_least ? "(" : "[", least, most,
                     without_most ? ")" : "]");
}

void require_number(std::string_view place, const Option& option, double value) {
  require(option.range.contains(value), "{} expected {} {} but got {}", place, option.key,
          option.range.in_words(), value);
}

void require_text(std::string_view place, const Option& option, const std::string& value) {
  const auto& known = option.one_of;
  require(known.empty() || std::find(known.begin(), known.end(), value) != known.end(),
          "{} expected {} to be one of {} but got '{}'{}", place, option.key,
          fmt::join(known, ", "), value, did_you_mean(value, known));
}

}  // namespace roformer::base
