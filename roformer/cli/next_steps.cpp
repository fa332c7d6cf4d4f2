#include "roformer/cli/next_steps.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <optional>
#include <set>

#include "roformer/base/shell_word.h"
#include "roformer/study/result_file.h"
#include "roformer/task/kind.h"
#include "roformer/task/recipe.h"

namespace roformer::cli {

std::vector<std::string> next_steps(const std::string& task, const std::filesystem::path& run) {
  const std::string folder = base::shell_path(run);
  std::vector<std::string> steps;
  for (const std::string& use : task::find_kind(task, "task.kind").uses())
    steps.push_back(fmt::format(fmt::runtime(use), folder));
  steps.push_back(fmt::format("roformer evaluate --model {}", folder));
  steps.push_back(fmt::format("tensorboard --logdir {}", folder));
  return steps;
}

void print_next_steps(const std::string& task, const std::filesystem::path& run) {
  fmt::print(stderr, "\nReport with the curves: {}\nNext:\n  {}\n", (run / "report.html").string(),
             fmt::join(next_steps(task, run), "\n  "));
}

namespace {

std::optional<std::filesystem::path> first_run_in(const std::filesystem::path& out) {
  std::set<std::filesystem::path> runs;
  for (const auto& entry : std::filesystem::directory_iterator(out)) {
    if (std::filesystem::exists(entry.path() / "recipe.toml")) runs.insert(entry.path());
  }
  if (runs.empty()) return std::nullopt;
  return *runs.begin();
}

}  // namespace

void print_steps_of_study(const std::filesystem::path& out) {
  // Not any of a tuned study's folders: the one with the chosen rate.
  auto run = study::first_run_of_result(out);
  if (!run) run = first_run_in(out);
  if (!run) return;
  auto steps = next_steps(task::read_recipe(*run / "recipe.toml").task, *run);
  steps.back() = fmt::format("tensorboard --logdir {}", base::shell_path(out));
  fmt::print(stderr, "Next:\n  {}\n", fmt::join(steps, "\n  "));
}

}  // namespace roformer::cli
