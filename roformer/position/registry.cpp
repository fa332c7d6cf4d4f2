// Encodings by name.
#include <fmt/ranges.h>

#include "roformer/base/error.h"
#include "roformer/position/encoding_names.h"
#include "roformer/position/learned.h"
#include "roformer/position/none.h"
#include "roformer/position/rotary.h"
#include "roformer/position/sinusoidal.h"

namespace roformer::position {

std::shared_ptr<PositionEncoding> make_encoding(const EncodingOptions& options) {
  if (options.settings.name == "none") return std::make_shared<NoEncoding>();
  if (options.settings.name == "learned") return std::make_shared<LearnedEncoding>(options);
  if (options.settings.name == "sinusoidal") return std::make_shared<SinusoidalEncoding>(options);
  if (options.settings.name == "rotary") return std::make_shared<RotaryEncoding>(options);
  base::fail("[position] expected position_encoding to be one of {} but got '{}'",
             fmt::join(encoding_names(), ", "), options.settings.name);
}

}  // namespace roformer::position
