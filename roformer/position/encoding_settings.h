// What a user may choose of the position encodings, without tensors: read from recipes and
// config.json, written into both by the lists that the encodings have.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// Every position encoding: a line each.
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

/// The options of all encodings in one.
template <typename Places>
struct EveryEncoding;
template <int... places>
struct EveryEncoding<std::integer_sequence<int, places...>> : EncodingAt<places>... {};

/// The encoding's name and the options of all encodings; each encoding reads its own.
struct EncodingSettings : EveryEncoding<std::make_integer_sequence<int, encoding_places>> {
  std::string name = "rotary";  // one of encoding_names()
};

/// visit(encoding) for each of the settings' encodings, in the order of their places.
template <int place = 0, typename Settings, typename Visit>
void for_each_encoding(Settings& settings, const Visit& visit) {
  using Encoding =
      std::conditional_t<std::is_const_v<Settings>, const EncodingAt<place>, EncodingAt<place>>;
  if constexpr (requires { Encoding::name; }) visit(static_cast<Encoding&>(settings));
  if constexpr (place + 1 < encoding_places) for_each_encoding<place + 1>(settings, visit);
}

/// All names, in the order of the encodings' places.
std::vector<std::string> encoding_names();

/// Throws Error naming the known encodings for an unknown name.
void require_encoding(const std::string& name);

/// work(encoding) for the one that the settings name.
template <typename Settings, typename Work>
void with_encoding(Settings& settings, const Work& work) {
  require_encoding(settings.name);
  for_each_encoding(settings, [&](auto& encoding) {
    if (settings.name == encoding.name) work(encoding);
  });
}

/// visit(base::Option, member) for each option of the encoding that the settings name.
template <typename Settings, typename Visit>
void for_each_option(Settings& settings, const Visit& visit) {
  with_encoding(settings, [&](auto& encoding) { encoding.for_each_option(encoding, visit); });
}

/// visit(name of an encoding, base::Option, member) for the options of all; keys may be shared.
template <typename Settings, typename Visit>
void for_each_option_of_all(Settings& settings, const Visit& visit) {
  for_each_encoding(settings, [&](auto& encoding) {
    encoding.for_each_option(encoding, [&](const base::Option& option, auto& value) {
      visit(std::string_view(encoding.name), option, value);
    });
  });
}

/// The encodings that have an option of this key.
std::vector<std::string> readers_of(std::string_view key);

/// Where sequences end, with rows for `max_positions` positions; none: any length.
std::optional<std::int64_t> longest_sequence(const EncodingSettings& settings,
                                             std::int64_t max_positions);

/// Whether the encoding changes the score of a pair of tokens (Eq. 5 to 10, the modulus of
/// `complex`); linear attention has no place for that.
bool acts_on_single_scores(const EncodingSettings& settings);

/// Throws Error "[position] expected … but got …" naming the key for an unknown name, and for
/// options out of their range.
void validate(const EncodingSettings& settings);
/// The same for options of the encoding that do not fit a model with heads of this size, and this
/// number of features that turn (Eq. 19), 0 if none do.
void validate_for(const EncodingSettings& settings, std::int64_t head_size, std::int64_t features);

}  // namespace roformer::position
