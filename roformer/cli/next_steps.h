// What can be done with a run when it has ended.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace roformer::cli {

/// Commands for a run's folder, as they can be pasted into a shell: how its kind of model is used,
/// its figures, its curves.
std::vector<std::string> next_steps(const std::string& task, const std::filesystem::path& run);

/// Says on standard error where the run's report lies, and what can be done next.
void print_next_steps(const std::string& task, const std::filesystem::path& run);

/// The same for the first run of a study: of its result, or where there is none of its folder; and
/// the curves of all.
void print_steps_of_study(const std::filesystem::path& out);

}  // namespace roformer::cli
