#include "roformer/position/encoding_names.h"

namespace roformer::position {

std::vector<std::string> encoding_names() {
  return {"none", "learned", "sinusoidal", "rotary"};
}

}  // namespace roformer::position
