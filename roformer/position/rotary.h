// `rotary` (the paper's own; Eq. 14 to 16 and 34): queries and keys turn by their position, so that
// their product depends on the distance alone:
//   q_m = R_m W_q x_m, k_n = R_n W_k x_n, R_m turning dimensions (2i, 2i + 1) by m base^(−2i / D).
// With linear attention the features turn instead
// (Eq. 19). The arithmetic is in rope/: angles.h (xPos too), scaling.h for longer sequences.
#pragma once
#include <string>

#include "roformer/base/error.h"
#include "roformer/position/encoding_description.h"
#include "roformer/rope/scaling.h"

namespace roformer::position {

struct Rotary : EncodingDescription {
  static constexpr const char* name = "rotary";
  double rope_theta = 10000.0;
  std::int64_t rotary_dim = 0;
  bool rotary_interleaved = true;
  bool rotary_value = false;
  std::string rope_scaling = "none";
  rope::Scaling rope_options;  // but for its kind, which rope_scaling names
  double xpos_scale_base = 0.0;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"rope_theta", "base of the angles", base::above(0)}, s.rope_theta);
    visit(Option{"rotary_dim", "dimensions of a head that turn; 0: all of them"}, s.rotary_dim);
    visit(Option{"rotary_interleaved", "pairs (2i, 2i + 1); false: (i, i + R / 2)"},
          s.rotary_interleaved);
    visit(Option{"rotary_value", "values turn too"}, s.rotary_value);
    visit(Option{"rope_scaling",
                 "what is done beyond the length of training: rope/scaling.h",
                 {},
                 rope::scaling_names()},
          s.rope_scaling);
    visit(Option{"rope_factor", "s: how many times longer", base::at_least(1)},
          s.rope_options.factor);
    visit(Option{"rope_original_positions",
                 "L0: the length of training; 0: max_position_embeddings", base::at_least(0)},
          s.rope_options.original_length);
    visit(Option{"rope_attention_factor",
                 "yarn, longrope: what cos and sin are multiplied by; 0: formula"},
          s.rope_options.attention_factor);
    visit(Option{"rope_beta_fast", "yarn: turns within L0 from which on nothing is scaled"},
          s.rope_options.beta_fast);
    visit(Option{"rope_beta_slow", "yarn: turns below which all is scaled"},
          s.rope_options.beta_slow);
    visit(Option{"rope_truncate", "yarn: the ramp begins and ends at whole pairs"},
          s.rope_options.truncate);
    visit(Option{"rope_mscale", "yarn: with the next, the factor's pair (DeepSeek); 0: none"},
          s.rope_options.mscale);
    visit(Option{"rope_mscale_all_dim", "yarn: the other of the pair"},
          s.rope_options.mscale_all_dim);
    visit(
        Option{"rope_low_frequency_factor", "llama3: wavelengths above L0 / this are scaled whole"},
        s.rope_options.low_frequency_factor);
    visit(Option{"rope_high_frequency_factor", "llama3: wavelengths below L0 / this stay"},
          s.rope_options.high_frequency_factor);
    visit(Option{"rope_partial_factor",
                 "proportional: share of the angles that turn",
                 {.least = 0, .most = 1, .without_least = true}},
          s.rope_options.partial_factor);
    visit(Option{"rope_short_factor", "longrope: one divisor an angle, up to L0"},
          s.rope_options.short_factor);
    visit(Option{"rope_long_factor", "longrope: beyond L0"}, s.rope_options.long_factor);
    visit(Option{"xpos_scale_base", "xPos' 512; 0: no xPos", base::at_least(0)}, s.xpos_scale_base);
  }

  /// A factor belongs to a scaling.
  void validate() const {
    base::require(rope_scaling != "none" || rope_options.factor == 1,
                  "[position] expected a rope_scaling for rope_factor = {} but got none",
                  rope_options.factor);
  }

  void validate_for(std::int64_t head_size, std::int64_t features) const {
    const std::int64_t size = features > 0 ? features : head_size;
    const std::int64_t rotated = features == 0 && rotary_dim > 0 ? rotary_dim : size;
    base::require(
        rotated % 2 == 0 && rotated >= 2 && rotated <= size,
        "[position] expected an even number of rotated dimensions up to the {} {} but got {}",
        features > 0 ? "number of features" : "head size", size, rotated);
    base::require(
        features == 0 || (rotary_dim == 0 && !rotary_value && xpos_scale_base == 0),
        "[position] expected rotary_dim, rotary_value and xpos_scale_base unset where features "
        "turn (Eq. 19) but got {}, {} and {}; feature_rotation = \"inputs\" knows them",
        rotary_dim, rotary_value, xpos_scale_base);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<13> : Rotary {};

/// The scaling that the options ask for; L0 is `max_positions` unless they name it. Throws Error
/// for an unknown name.
rope::Scaling scaling_of(const Rotary& options, std::int64_t max_positions);

}  // namespace roformer::position
