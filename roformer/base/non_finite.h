// Words for what is no number.
#pragma once
#include <cmath>

namespace roformer::base {

/// "nan", "inf" or "-inf". NaN without a sign, which says nothing.
inline const char* non_finite_word(double number) {
  return std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf";
}

}  // namespace roformer::base
