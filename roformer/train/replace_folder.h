// A folder in the place of another, so that a kill at any moment leaves one of them whole.
#pragma once
#include <filesystem>

namespace roformer::train {

/// Puts `fresh` where `target` is, whose old content goes. Both are on one file system; `old`, on the
/// same, is for file systems that cannot exchange folders. Throws Error if that fails; `target` is as
/// before then.
void replace_folder(const std::filesystem::path& fresh, const std::filesystem::path& target,
                    const std::filesystem::path& old);

/// The same by two renames: between them there is no `target`, and `old` is whole.
void replace_by_renames(const std::filesystem::path& fresh, const std::filesystem::path& target,
                        const std::filesystem::path& old);

/// Brings back what a kill between the two renames left at `old`; to be called before `target` is
/// read or written.
void recover_folder(const std::filesystem::path& target, const std::filesystem::path& old);

}  // namespace roformer::train
