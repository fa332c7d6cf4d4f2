// Where this library lies, or the program that it is a part of.
#pragma once
#include <filesystem>

namespace roformer::base {

/// The folder of libroformer.so, of another library that holds this code, or of the program. Empty
/// where the system does not tell.
std::filesystem::path own_folder();

}  // namespace roformer::base
