// Which roformer this is: `roformer --version`, and what saved models say.
#pragma once

namespace roformer::base {

/// The release, as CMakeLists.txt has it.
inline constexpr const char* kVersion = "0.1.0";

}  // namespace roformer::base
