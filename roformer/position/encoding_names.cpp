#include "roformer/position/encoding_names.h"

namespace roformer::position {

std::vector<std::string> encoding_names() {
  return {"none",  "sinusoidal",   "learned", "shaw",    "music", "transformer_xl",
          "t5",    "clipped_bias", "tupe",    "deberta", "huang", "nezha",
          "alibi", "rotary",       "complex", "floater"};
}

}  // namespace roformer::position
