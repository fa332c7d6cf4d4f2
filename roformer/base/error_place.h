// Errors that say where they belong.
#pragma once
#include <string_view>

#include "roformer/base/error.h"

namespace roformer::base {

/// work(); an Error of its own says `place` first.
template <typename Work>
void at_place(std::string_view place, const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    fail("{}: {}", place, error.what());
  }
}

}  // namespace roformer::base
