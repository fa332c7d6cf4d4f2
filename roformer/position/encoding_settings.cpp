#include "roformer/position/encoding_settings.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "roformer/base/error.h"
#include "roformer/position/encoding_names.h"
#include "roformer/rope/scaling.h"

namespace roformer::position {
namespace {

void require_one_of(const char* key, const std::string& value,
                    const std::vector<std::string>& known) {
  base::require(std::find(known.begin(), known.end(), value) != known.end(),
                "[position] expected {} to be one of {} but got '{}'", key, fmt::join(known, ", "),
                value);
}

void require_at_least(const char* key, double value, double least) {
  base::require(value >= least, "[position] expected {} >= {} but got {}", key, least, value);
}

// More rows than any text has positions are a slip of the pen.
void require_distance(const char* key, std::int64_t value) {
  constexpr std::int64_t most = 1 << 24;
  base::require(value >= 0 && value <= most, "[position] expected {} in 0 .. {} but got {}", key,
                most, value);
}

std::vector<std::string> forms_of(const std::string& encoding) {
  if (encoding == "deberta") return {"code", "publication", "v2"};
  if (encoding == "complex") return {"code", "publication", "real"};
  return {"code", "publication"};
}

void validate_rotary(const EncodingSettings& s) {
  base::require(s.rope_theta > 0, "[position] expected rope_theta > 0 but got {}", s.rope_theta);
  require_one_of("rope_scaling", s.rope_scaling, rope::scaling_names());
  require_at_least("rope_factor", s.rope_factor, 1);
  base::require(s.rope_scaling != "none" || s.rope_factor == 1,
                "[position] expected a rope_scaling for rope_factor = {} but got none",
                s.rope_factor);
  require_at_least("rope_original_positions", static_cast<double>(s.rope_original_positions), 0);
  require_at_least("xpos_scale_base", s.xpos_scale_base, 0);
  base::require(s.rope_partial_factor > 0 && s.rope_partial_factor <= 1,
                "[position] expected rope_partial_factor in (0, 1] but got {}",
                s.rope_partial_factor);
}

}  // namespace

bool reads_option(std::string_view readers, std::string_view encoding) {
  while (!readers.empty()) {
    const std::size_t end = std::min(readers.find(' '), readers.size());
    if (readers.substr(0, end) == encoding) return true;
    readers.remove_prefix(std::min(end + 1, readers.size()));
  }
  return false;
}

bool has_position_table(std::string_view encoding) {
  return encoding == "learned" || encoding == "huang" || encoding == "tupe";
}

bool acts_on_single_scores(const EncodingSettings& s) {
  if (s.name == "complex") return s.form != "real";
  return reads_option("shaw music transformer_xl t5 clipped_bias tupe deberta huang nezha alibi",
                      s.name);
}

void validate(const EncodingSettings& s) {
  require_one_of("position_encoding", s.name, encoding_names());
  require_one_of("position_form", s.form, forms_of(s.name));
  if (s.name == "rotary") validate_rotary(s);
  require_distance("shaw_clip", s.shaw_clip);
  require_distance("music_distance", s.music_distance);
  require_at_least("xl_clamp", static_cast<double>(s.xl_clamp), 0);
  base::require(s.t5_buckets >= 4 && s.t5_buckets % 4 == 0,
                "[position] expected t5_buckets to be a multiple of 4 (two sides, half of each "
                "exact) but got {}",
                s.t5_buckets);
  require_at_least("t5_max_distance", static_cast<double>(s.t5_max_distance),
                   static_cast<double>(s.t5_buckets));
  require_distance("clipped_distance", s.clipped_distance);
  require_distance("deberta_distance", s.deberta_distance);
  base::require(s.deberta_dropout >= 0 && s.deberta_dropout < 1,
                "[position] expected deberta_dropout in [0, 1) but got {}", s.deberta_dropout);
  require_distance("nezha_clip", s.nezha_clip);
  require_one_of("complex_frequencies", s.complex_frequencies, {"each", "word", "dimension"});
  require_one_of("floater_place", s.floater_place, {"attention", "input"});
  base::require(s.floater_step > 0 && std::isfinite(s.floater_step),
                "[position] expected a finite floater_step > 0 but got {}", s.floater_step);
  require_at_least("floater_refresh", static_cast<double>(s.floater_refresh), 1);
}

}  // namespace roformer::position
