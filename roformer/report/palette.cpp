#include "roformer/report/palette.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace roformer::report {
namespace {

struct NamedColour {
  std::string_view name, colour;
};

// The paper's side of each comparison is blue, the other vermilion.
constexpr std::string_view kRotary = "#0072B2", kOther = "#D55E00";

constexpr NamedColour kNamed[] = {
    {"RoFormer", kRotary},
    {"RoPE", kRotary},
    {"rotary", kRotary},
    {"BERT", kOther},
    {"Transformer", kOther},
    {"no RoPE", kOther},
    {"none", kOther},
    // The other encodings.
    {"sinusoidal", "#009E73"},
    {"learned", "#CC79A7"},
    {"shaw", "#E69F00"},
    {"transformer_xl", "#56B4E9"},
    {"t5", "#444444"},
    {"tupe", "#7B3FA0"},
    {"deberta", "#8C564B"},
    {"alibi", "#1B5E20"},
    {"complex", "#B2182B"},
    {"floater", "#17A2B8"},
    {"huang", "#A6A400"},
    {"music", "#F4829B"},
    {"nezha", "#7F9FE0"},
    {"clipped_bias", "#9E9E9E"},
    // Two curves of one run.
    {"training", "#7F7F7F"},
    {"held out", "#009E73"},
};

// Okabe and Ito's colours, which the colour-blind tell apart too.
constexpr std::array<std::string_view, 7> kPlaces = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                     "#56B4E9", "#E69F00", "#444444"};

// FNV-1a: the same number on every machine.
std::uint32_t number_of(std::string_view name) {
  std::uint32_t number = 2166136261U;
  for (const char c : name) number = (number ^ static_cast<unsigned char>(c)) * 16777619U;
  return number;
}

}  // namespace

std::string colour_of(std::string_view name) {
  const auto* known = std::find_if(std::begin(kNamed), std::end(kNamed),
                                   [name](const auto& entry) { return entry.name == name; });
  return known == std::end(kNamed) ? colour_at(number_of(name)) : std::string(known->colour);
}

std::string colour_at(std::size_t place) {
  return std::string(kPlaces[place % kPlaces.size()]);
}

}  // namespace roformer::report
