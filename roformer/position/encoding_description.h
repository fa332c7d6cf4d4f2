// What a position encoding says of itself, without tensors, so that recipes and configurations are
// read and checked where there is no LibTorch. An encoding `x` is a header of this kind, x.h, and a
// module behind it, x.cpp; encoding_settings.h lists the headers.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>

#include "roformer/base/option.h"

namespace roformer::position {

using base::Option;

class PositionEncoding;
struct EncodingOptions;

/// What holds of an encoding unless it says otherwise. One also has a `name`, and makes its module:
///   static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
struct EncodingDescription {
  /// visit(base::Option, member) for each of its options.
  static void for_each_option(auto&, const auto&) {}

  /// Throws Error "[position] expected … but got …" for options that do not fit each other; each of
  /// them alone is checked already.
  void validate() const {}

  /// Throws Error for options that do not fit a model. `features` of linear attention turn
  /// (Eq. 19); 0: none do.
  void validate_for(std::int64_t /*head_size*/, std::int64_t /*features*/) const {}

  /// Whether it changes the score of a pair of tokens (Eq. 5 to 10), which linear attention never
  /// computes.
  bool acts_on_single_scores() const { return false; }

  /// Where sequences end, with rows for `max_positions` positions; none: any length.
  std::optional<std::int64_t> longest_sequence(std::int64_t /*max_positions*/) const {
    return std::nullopt;
  }
};

/// What holds of one that changes the score of each pair of tokens.
struct ScoreEncodingDescription : EncodingDescription {
  bool acts_on_single_scores() const { return true; }
};

/// How many places the list of encodings has.
constexpr int encoding_places = 64;

/// The encoding at a place of the list, which orders them; nothing at places that nobody takes.
/// Each file takes its own:
///   template <> struct EncodingAt<3> : Shaw {};
template <int place>
requires(place >= 0 && place < encoding_places) struct EncodingAt {
};

/// Rows of tables by distance: more than any text has positions are a slip of the pen.
constexpr base::Range distance_range() {
  return base::between(0, 1 << 24);
}

}  // namespace roformer::position
