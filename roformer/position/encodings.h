// Every position encoding: a line each.
#pragma once
#include <type_traits>
#include <utility>

#include "roformer/position/alibi.h"
#include "roformer/position/clipped_bias.h"
#include "roformer/position/complex.h"
#include "roformer/position/deberta.h"
#include "roformer/position/floater.h"
#include "roformer/position/huang.h"
#include "roformer/position/learned.h"
#include "roformer/position/music.h"
#include "roformer/position/nezha.h"
#include "roformer/position/none.h"
#include "roformer/position/rotary.h"
#include "roformer/position/shaw.h"
#include "roformer/position/sinusoidal.h"
#include "roformer/position/t5.h"
#include "roformer/position/transformer_xl.h"
#include "roformer/position/tupe.h"

namespace roformer::position {

/// How many places of the list are taken, without a gap.
template <int place = 0>
constexpr int count_encodings() {
  if constexpr (requires { sizeof(EncodingAt<place>); }) {
    return count_encodings<place + 1>();
  } else {
    return place;
  }
}

/// The places, 0, 1, …
using EncodingPlaces = std::make_integer_sequence<int, count_encodings()>;

/// The options of all encodings in one.
template <typename Places>
struct EveryEncoding;
template <int... places>
struct EveryEncoding<std::integer_sequence<int, places...>> : EncodingAt<places>::type... {};

/// The options of the encoding at a place, of those that `every` holds.
template <int place, typename Every>
auto& encoding_at(Every& every) {
  using Encoding = typename EncodingAt<place>::type;
  return static_cast<std::conditional_t<std::is_const_v<Every>, const Encoding, Encoding>&>(every);
}

/// visit(encoding) for each that `every` holds, in the order of their places.
template <typename Every, typename Visit>
void for_each_encoding(Every& every, const Visit& visit) {
  const auto visit_all = [&]<int... places>(std::integer_sequence<int, places...>) {
    (visit(encoding_at<places>(every)), ...);
  };
  visit_all(EncodingPlaces());
}

}  // namespace roformer::position
