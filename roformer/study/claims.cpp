#include "roformer/study/claims.h"

#include <fmt/format.h>

#include <cmath>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/base/log.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/result_file.h"
#include "roformer/study/studies.h"

namespace roformer::study {

namespace fs = std::filesystem;

namespace {

using Models = std::vector<fs::path>;

// A part of the page: a study, or a picture of models that a study before it has trained.
struct Part {
  const char* name;
  int (*run)(const StudyOptions&);
  Models (*models)(const fs::path& out) = nullptr;  // of a picture
  bool (*has_text)(const StudyOptions&) = nullptr;  // null: it needs none, or has one at hand
};

Models first_roformer(const fs::path& out) {
  return {runs_of_result(out / "figure3-left", "roformer").front()};
}

Models both_orders(const fs::path& out) {
  const fs::path study = out / "figure3-right";
  return {runs_of_result(study, "performer-rope").front(),
          runs_of_result(study, "performer-rope-inputs").front()};
}

// One of each way to know positions, and all of their seeds: sixteen lines would be none.
Models some_encodings(const fs::path& out) {
  Models all;
  for (const char* name : {"rotary", "sinusoidal", "alibi", "t5", "transformer_xl", "none"}) {
    for (const auto& run : runs_of_result(out / "encodings", name)) all.push_back(run);
  }
  return all;
}

constexpr Part kParts[] = {{"figure2", reproduce_figure2},
                           {"figure3-left", reproduce_figure3_left},
                           {"figure3-right", reproduce_figure3_right},
                           {"table1", reproduce_table1},
                           {"table2", reproduce_table2, nullptr, has_table2_text},
                           {"table3", reproduce_table3},
                           {"encodings", compare_encodings},
                           {"decay", reproduce_decay, first_roformer},
                           {"frequency-norms", reproduce_frequency_norms, first_roformer},
                           {"linear-weights", reproduce_linear_weights, both_orders},
                           {"loss-by-position", reproduce_loss_by_position, some_encodings}};

std::string duration(double seconds) {
  if (seconds <= 90) return fmt::format("{:.0f} s", seconds);
  return seconds < 5400 ? fmt::format("{:.0f} minutes", std::ceil(seconds / 60))
                        : fmt::format("{:.1f} hours", seconds / 3600);
}

// The pictures' folder, of the page's name beside it, so that both can be moved together.
fs::path pictures_of(const fs::path& page) {
  return page.parent_path() / page.stem();
}

std::string pictures_in_markdown(const StudyResult& result, const fs::path& page) {
  std::string text;
  for (const std::string& file : result.pictures)
    text +=
        fmt::format("\n![{}]({}/{}-{})\n", result.title, page.stem().string(), result.study, file);
  return text;
}

void copy_pictures(const fs::path& folder, const fs::path& page) {
  const StudyResult result = read_result_file(folder);
  for (const std::string& file : result.pictures)
    base::write_file_atomically(pictures_of(page) / fmt::format("{}-{}", result.study, file),
                                base::read_file(folder / file));
}

std::string section_of(const StudyResult& result, const fs::path& folder, const fs::path& page) {
  std::string text = fmt::format("## {}\n\n{}\n\n", result.title, result.claim);
  if (!result.what.empty()) text += fmt::format("Run: {}\n\n", result.what);
  for (const std::string& verdict : result.verdicts) text += fmt::format("- {}\n", verdict);
  for (const report::Table& table : result.tables) text += "\n" + report::markdown_table(table);
  text += pictures_in_markdown(result, page);
  const fs::path report = (folder / "report.html").lexically_proximate(page.parent_path());
  text += fmt::format("\n    {}\n\n{} Report: `{}` beside the runs.\n", result.command,
                      result.training_seconds > 0
                          ? fmt::format("Training took {}.", duration(result.training_seconds))
                          : std::string("It trains nothing."),
                      report.generic_string());
  return text;
}

std::string summary_row(const StudyResult& result) {
  return fmt::format("| {} | {} | {} |\n", result.title,
                     report::markdown_cell(result.verdicts.empty() ? "" : result.verdicts.front()),
                     result.training_seconds > 0 ? duration(result.training_seconds) : "none");
}

}  // namespace

std::string claims_page(const std::vector<fs::path>& studies, const fs::path& page,
                        const std::string& command) {
  std::string rows, sections;
  for (const fs::path& folder : studies) {
    const StudyResult result = read_result_file(folder);
    rows += summary_row(result);
    sections += "\n" + section_of(result, folder, page);
  }
  return fmt::format(
      "# Claims of the paper\n\n    {}\n\nMade by this command of the results on disk, never by "
      "hand. Losses and BLEU are of the test part, by which nothing was chosen, where a line says "
      "so; learning curves, convergence and the pictures of trained models are of the validation "
      "part. Intervals [a, b] and ± are of 95 % and over the seeds (Student's t), those of one "
      "seed's BLEU over resampled sentences; none of them contains the choice of the text. p is "
      "two-sided, of each pair for itself: of 20 pairs without a difference one has p < 0.05. "
      "\"Not told apart\" is a result. Times are of training alone.\n\n"
      "| | what the numbers carry | training |\n|---|---|---:|\n{}{}",
      command, rows, sections);
}

int reproduce_all(const StudyOptions& options) {
  base::require(options.scale != "paper",
                "[study] expected --scale tiny or small for all but got paper, whose studies each "
                "ask for text of their own (--set)");
  std::vector<fs::path> folders;
  for (const Part& part : kParts) {
    StudyOptions of_part = options;
    of_part.out = options.out / part.name;
    if (part.has_text && !part.has_text(of_part)) {
      spdlog::warn(
          "reproduce all: {} is left out, since the text that its recipe names is not there",
          part.name);
      continue;
    }
    if (part.models) of_part.models = part.models(options.out);
    spdlog::info("reproduce all: {}", part.name);
    if (const int signal = part.run(of_part); signal != 0) return signal;
    folders.push_back(of_part.out);
  }
  const fs::path page = options.out / "claims.md";
  // None of an earlier run stays under the numbers of this one.
  fs::remove_all(pictures_of(page));
  fs::create_directories(pictures_of(page));
  for (const fs::path& folder : folders) copy_pictures(folder, page);
  base::write_file_atomically(page, claims_page(folders, page, reproduce_command("all", options)));
  fmt::print("\nClaims: {}\n", page.string());
  return 0;
}

}  // namespace roformer::study
