// `sinusoidal` (Vaswani et al. 2017; Eq. 3 and 4): p[i, 2t] = sin(i / 10000^(2t / d)), p[i, 2t + 1]
// = cos(the same), added to the word embedding; with sinusoid_halves all sines come before all
// cosines, as tensor2tensor, fairseq and Marian have them. No table: any position, any length.
#pragma once
#include "roformer/position/encoding_description.h"

namespace roformer::position {

struct Sinusoidal : EncodingDescription {
  static constexpr const char* name = "sinusoidal";
  bool sinusoid_halves = false;

  static void for_each_option(auto& s, const auto& visit) {
    visit(Option{"sinusoid_halves", "all sines, then all cosines (fairseq, Marian)"},
          s.sinusoid_halves);
  }

  static std::shared_ptr<PositionEncoding> make(const EncodingOptions& options);
};

template <>
struct EncodingAt<1> : Sinusoidal {};

}  // namespace roformer::position
