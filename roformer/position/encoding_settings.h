// What a user may choose of the position encodings, without tensors: read from recipes and
// config.json, written into both by one list.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace roformer::position {

/// The encoding's name and the options of all encodings; each encoding reads its own. Sources and
/// formulas stand at the head of each encoding's file.
struct EncodingSettings {
  std::string name = "rotary";  // one of encoding_names()

  // Where publication and released code differ (deberta, nezha, tupe, complex): code or publication.
  // deberta also v2 (DeBERTa v2 and v3), complex also real (the real part alone).
  std::string form = "code";

  double rope_theta = 10000.0;     // rotary: base of the angles
  std::int64_t rotary_dim = 0;     // rotary: dimensions of a head that turn; 0 is all of them
  bool rotary_interleaved = true;  // rotary: pairs (2i, 2i + 1); false: (i, i + R / 2)
  bool rotary_value = false;       // rotary: values turn too

  bool sinusoid_halves = false;  // sinusoidal: all sines, then all cosines (fairseq, Marian)

  // rotary beyond the length of training; formulas in rope/scaling.h.
  std::string rope_scaling = "none";  // linear, ntk, dynamic, yarn, longrope, llama3, proportional
  double rope_factor = 1.0;           // s: how many times longer
  std::int64_t rope_original_positions =
      0;  // L0: the length of training; 0: max_position_embeddings
  double rope_attention_factor =
      0.0;                       // yarn, longrope: what cos and sin are multiplied by; 0: formula
  double rope_beta_fast = 32.0;  // yarn: turns within L0 from which on nothing is scaled
  double rope_beta_slow = 1.0;   // yarn: turns below which all is scaled
  bool rope_truncate = true;     // yarn: the ramp begins and ends at whole pairs
  double rope_mscale = 0.0;      // yarn: with the next, the factor's pair (DeepSeek); 0: none
  double rope_mscale_all_dim = 0.0;
  double rope_low_frequency_factor = 1.0;   // llama3: wavelengths above L0 / this are scaled whole
  double rope_high_frequency_factor = 4.0;  // llama3: wavelengths below L0 / this stay
  double rope_partial_factor = 1.0;         // proportional: share of the angles that turn
  std::vector<double> rope_short_factor;    // longrope: one divisor an angle, up to L0
  std::vector<double> rope_long_factor;     // longrope: beyond L0
  double xpos_scale_base = 0.0;             // rotary: xPos' 512; 0: no xPos

  std::int64_t shaw_clip = 16;  // shaw: distances beyond share a row; 16 base, 8 big
  bool shaw_per_head = false;   // shaw: a table a head
  std::int64_t music_distance =
      0;                         // music: largest distance with a row; 0: max_position_embeddings
  bool xl_untie = false;         // transformer_xl: u and v of each layer's own
  std::int64_t xl_clamp = 0;     // transformer_xl: distances beyond are cut; 0: none
  std::int64_t t5_buckets = 32;  // t5: all of them, both sides together
  std::int64_t t5_max_distance = 128;  // t5: from here on one bucket
  bool t5_scaled = true;               // t5: scores are divided by sqrt(D); T5 itself does not
  std::int64_t clipped_distance = 11;  // clipped_bias: c; 10 merges 10 with all beyond
  bool clipped_per_head = true;        // clipped_bias: a number a head
  bool tupe_relative = true;           // tupe: TUPE-R's buckets beside TUPE-A's products
  std::int64_t deberta_distance = 0;   // deberta: k; 0: 512, or 256 buckets in v2
  double deberta_dropout = 0.0;        // deberta: of the distances' embeddings, in training
  std::int64_t nezha_clip = 64;        // nezha: distances beyond share a row
  std::string complex_frequencies =
      "each";                  // complex: a frequency each, or shared by word, dimension
  bool complex_phase = false;  // complex: initial phases are learned; else 0
  std::string floater_place =
      "attention";                     // floater: attention (q, k, v) or input (a block's input)
  double floater_step = 0.01;          // floater: Δ, the time between two positions
  std::int64_t floater_refresh = 400;  // floater: updates between two integrations in training

  bool operator==(const EncodingSettings&) const = default;
};

/// visit(encoding, key, member) for each option but the name: which encodings read it (space
/// between), its key in recipes and config.json, and the value.
template <typename Settings, typename Visit>
void for_each_option(Settings& s, const Visit& visit) {
  visit("deberta nezha tupe complex", "position_form", s.form);
  visit("sinusoidal", "sinusoid_halves", s.sinusoid_halves);
  visit("rotary", "rope_theta", s.rope_theta);
  visit("rotary", "rotary_dim", s.rotary_dim);
  visit("rotary", "rotary_interleaved", s.rotary_interleaved);
  visit("rotary", "rotary_value", s.rotary_value);
  visit("rotary", "rope_scaling", s.rope_scaling);
  visit("rotary", "rope_factor", s.rope_factor);
  visit("rotary", "rope_original_positions", s.rope_original_positions);
  visit("rotary", "rope_attention_factor", s.rope_attention_factor);
  visit("rotary", "rope_beta_fast", s.rope_beta_fast);
  visit("rotary", "rope_beta_slow", s.rope_beta_slow);
  visit("rotary", "rope_truncate", s.rope_truncate);
  visit("rotary", "rope_mscale", s.rope_mscale);
  visit("rotary", "rope_mscale_all_dim", s.rope_mscale_all_dim);
  visit("rotary", "rope_low_frequency_factor", s.rope_low_frequency_factor);
  visit("rotary", "rope_high_frequency_factor", s.rope_high_frequency_factor);
  visit("rotary", "rope_partial_factor", s.rope_partial_factor);
  visit("rotary", "rope_short_factor", s.rope_short_factor);
  visit("rotary", "rope_long_factor", s.rope_long_factor);
  visit("rotary", "xpos_scale_base", s.xpos_scale_base);
  visit("shaw", "shaw_clip", s.shaw_clip);
  visit("shaw", "shaw_per_head", s.shaw_per_head);
  visit("music", "music_distance", s.music_distance);
  visit("transformer_xl", "xl_untie", s.xl_untie);
  visit("transformer_xl", "xl_clamp", s.xl_clamp);
  visit("t5", "t5_buckets", s.t5_buckets);
  visit("t5", "t5_max_distance", s.t5_max_distance);
  visit("t5", "t5_scaled", s.t5_scaled);
  visit("clipped_bias", "clipped_distance", s.clipped_distance);
  visit("clipped_bias", "clipped_per_head", s.clipped_per_head);
  visit("tupe", "tupe_relative", s.tupe_relative);
  visit("deberta", "deberta_distance", s.deberta_distance);
  visit("deberta", "deberta_dropout", s.deberta_dropout);
  visit("nezha", "nezha_clip", s.nezha_clip);
  visit("complex", "complex_frequencies", s.complex_frequencies);
  visit("complex", "complex_phase", s.complex_phase);
  visit("floater", "floater_place", s.floater_place);
  visit("floater", "floater_step", s.floater_step);
  visit("floater", "floater_refresh", s.floater_refresh);
}

/// Whether `encoding` is one of the names in `readers`, as for_each_option gives them.
bool reads_option(std::string_view readers, std::string_view encoding);

/// Encodings with a row for each position: they reach no further than max_position_embeddings.
bool has_position_table(std::string_view encoding);

/// Whether the encoding changes the score of a pair of tokens (Eq. 5 to 10, the modulus of
/// `complex`); linear attention has no place for that.
bool acts_on_single_scores(const EncodingSettings& settings);

/// Throws Error "[position] expected … but got …" naming the key for an unknown name or form, and
/// for options out of their range.
void validate(const EncodingSettings& settings);

}  // namespace roformer::position
