#include "roformer/study/claims.h"

#include <fmt/format.h>

#include <utility>

#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/study/result_file.h"
#include "roformer/study/studies.h"
#include "roformer/train/metrics_log.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

constexpr std::pair<const char*, int (*)(const StudyOptions&)> kStudies[] = {
    {"figure2", reproduce_figure2},
    {"figure3-left", reproduce_figure3_left},
    {"figure3-right", reproduce_figure3_right},
    {"table1", reproduce_table1},
    {"encodings", compare_encodings}};

double seconds_of_run(const fs::path& run) {
  double seconds = 0;
  for (const auto& line : train::read_metrics(run / "metrics.jsonl")) {
    if (!line.contains("time")) continue;
    for (const auto& phase : line["time"]) seconds += phase.get<double>();
  }
  return seconds;
}

std::string duration_in_words(double seconds) {
  if (seconds <= 0) return "Nothing is trained.";
  return seconds < 5400 ? fmt::format("Training took {:.0f} minutes.", seconds / 60)
                        : fmt::format("Training took {:.1f} hours.", seconds / 3600);
}

std::string section_of(const fs::path& folder, const fs::path& page) {
  const StudyResult result = read_result_file(folder);
  const fs::path report = (folder / "report.html").lexically_proximate(page.parent_path());
  std::string text = fmt::format("## {}\n\n{}\n\n", result.title, result.claim);
  for (const std::string& verdict : result.verdicts) text += fmt::format("- {}\n", verdict);
  text += fmt::format("\n```sh\n{}\n```\n\n{} Pictures and tables: [report]({}).\n", result.command,
                      duration_in_words(training_seconds(folder)), report.generic_string());
  return text;
}

}  // namespace

double training_seconds(const fs::path& study) {
  double seconds = 0;
  for (const auto& entry : fs::directory_iterator(study)) {
    if (fs::exists(entry.path() / "metrics.jsonl")) seconds += seconds_of_run(entry.path());
  }
  return seconds;
}

std::string claims_page(const std::vector<fs::path>& studies, const fs::path& page) {
  std::string text =
      "# Claims of the paper\n\nMade by `roformer reproduce all` of the results on disk. Each "
      "sentence is of the test part, which nothing was chosen by; in brackets are 95 % "
      "intervals.\n";
  for (const fs::path& study : studies) text += "\n" + section_of(study, page);
  return text;
}

int reproduce_all(const StudyOptions& options) {
  std::vector<fs::path> folders;
  for (const auto& [name, run] : kStudies) {
    StudyOptions of_study = options;
    of_study.out = options.out / name;
    spdlog::info("reproduce all: {}", name);
    if (const int signal = run(of_study); signal != 0) return signal;
    folders.push_back(of_study.out);
  }
  const fs::path page = options.out / "claims.md";
  base::write_file_atomically(page, claims_page(folders, page));
  fmt::print("\nClaims: {}\n", page.string());
  return 0;
}

}  // namespace roformer::study
