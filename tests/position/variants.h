// Every encoding with the options that change its way, for tests of what all have in common.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "roformer/position/encoding_settings.h"

namespace roformer::position {

struct Variant {
  std::string label;
  EncodingSettings settings;
};

/// All names, then options; tables are small enough that tests reach beyond them.
inline std::vector<Variant> all_variants() {
  using Change = std::function<void(EncodingSettings&)>;
  const std::vector<std::tuple<const char*, const char*, Change>> list = {
      {"none", "", {}},
      {"sinusoidal", "", {}},
      {"learned", "", {}},
      {"shaw", "", {}},
      {"shaw", "per_head", [](auto& s) { s.shaw_per_head = true; }},
      {"music", "", {}},
      {"transformer_xl", "", {}},
      {"transformer_xl", "untied", [](auto& s) { s.xl_untie = true; }},
      {"t5", "", {}},
      {"clipped_bias", "", {}},
      {"clipped_bias", "shared", [](auto& s) { s.clipped_per_head = false; }},
      {"tupe", "", {}},
      {"tupe", "absolute", [](auto& s) { s.tupe_relative = false; }},
      {"tupe", "publication", [](auto& s) { s.tupe_form = "publication"; }},
      {"deberta", "", {}},
      {"deberta", "publication", [](auto& s) { s.deberta_form = "publication"; }},
      {"deberta", "v2", [](auto& s) { s.deberta_form = "v2"; }},
      {"huang", "", {}},
      {"nezha", "", {}},
      {"nezha", "publication", [](auto& s) { s.nezha_form = "publication"; }},
      {"alibi", "", {}},
      {"rotary", "", {}},
      {"complex", "", [](auto& s) { s.complex_phase = true; }},
      {"complex", "publication", [](auto& s) { s.complex_form = "publication"; }},
      {"complex", "real", [](auto& s) { s.complex_form = "real"; }},
      {"floater", "", {}},
      {"floater", "input", [](auto& s) { s.floater_place = "input"; }}};
  std::vector<Variant> variants;
  for (const auto& [name, option, change] : list) {
    EncodingSettings settings;
    settings.name = name;
    settings.shaw_clip = settings.nezha_clip = settings.clipped_distance = 3;
    settings.music_distance = settings.deberta_distance = 4;
    settings.t5_buckets = 8;
    settings.t5_max_distance = 20;
    settings.floater_step = 0.1;
    if (change) change(settings);
    const std::string label = *option == '\0' ? name : std::string(name) + "_" + option;
    variants.push_back({label, settings});
  }
  return variants;
}

/// For GoogleTest's parameters.
inline void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.label;
}

}  // namespace roformer::position
