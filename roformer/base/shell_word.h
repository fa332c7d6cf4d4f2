// Words of a command as a reader can paste them into a shell.
#pragma once
#include <filesystem>
#include <string>

namespace roformer::base {

/// The word as it is, or within single quotes where a POSIX shell would read it otherwise.
std::string shell_word(const std::string& word);

/// The same of a path; "./" stands before one that would be taken for an option.
std::string shell_path(const std::filesystem::path& path);

}  // namespace roformer::base
