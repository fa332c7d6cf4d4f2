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
  if (options.name == "none") return std::make_shared<NoEncoding>();
  if (options.name == "learned") return std::make_shared<LearnedEncoding>(options);
  if (options.name == "sinusoidal") return std::make_shared<SinusoidalEncoding>(options);
  if (options.name == "rotary") return std::make_shared<RotaryEncoding>(options);
  base::fail("[position] expected position_encoding to be one of {} but got '{}'",
             fmt::join(encoding_names(), ", "), options.name);
}

}  // namespace roformer::position
