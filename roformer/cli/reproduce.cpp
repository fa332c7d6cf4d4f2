// roformer reproduce: a table or figure of the paper, ours beside the paper's.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "roformer/base/allocator.h"
#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/cli/command.h"
#include "roformer/cli/next_steps.h"
#include "roformer/study/studies.h"

namespace roformer::cli {
namespace {

constexpr const char* kStudies = R"(Studies:
  encodings     Every position encoding in the same model on the same text: one table of loss, speed,
                parameters, and loss on sequences 2 and 4 times longer than in training.
                tiny:  about 20 seconds a run on 2 cores, package descriptions
                small: novels of ../shared/data/books, about 10 minutes a run on 2 cores
  figure2       The bound on a score by the distance of its tokens (section 3.4.3): seconds.
                Only --out is for it.
  figure3-left  Pre-training of RoFormer and BERT on the same data, seed and order (section 4.2).
                tiny:  the demonstration, about a minute a model on 2 cores, package descriptions
                small: novels of ../shared/data/books, about half an hour a model on 2 cores
                paper: the paper's size, 100,000 steps of 64 × 512 tokens
  figure3-right Performer that learns the next character, with and without RoPE (section 4.4).
                tiny:  about two minutes a model on 2 cores, package descriptions
                small: novels of ../shared/data/books, about half an hour a model on 2 cores
                paper: the paper's size on enwik8 (--set data.text=FILE), steps of 128 × 1024
  table1        Translation: Transformer and RoFormer on the same pairs, BLEU with a paired bootstrap
                test (section 4.1).
                tiny:  ../shared/data/mt/multi30k, about 15 minutes a model on 2 cores; without it package
                       descriptions, English to German
                small: 400,000 pairs of ../shared/data/mt, a day a model on 2 cores
                paper: the paper's size on WMT 2014 (--set data.source=FILE --set data.target=FILE)
A study that was stopped goes on where it was when the same command is given again.)";

struct ReproduceOptions {
  CommonOptions common;
  std::string name;
  study::StudyOptions study;
};

// A study returns the signal that stopped it, or 0.
using RunStudy = int (*)(const study::StudyOptions&);

const std::map<std::string, RunStudy>& studies() {
  static const std::map<std::string, RunStudy> known = {
      {"encodings", study::compare_encodings},
      {"figure2", study::reproduce_figure2},
      {"figure3-left", study::reproduce_figure3_left},
      {"figure3-right", study::reproduce_figure3_right},
      {"table1", study::reproduce_table1}};
  return known;
}

// Figure 2 trains nothing: what says how to train has no meaning for it.
void require_options_of_figure2(const CLI::App& command) {
  for (const char* option : {"--scale", "--seeds", "--only", "--set", "--device", "--threads"})
    base::require(command.count(option) == 0,
                  "[cli] expected no {} with figure2, which trains nothing", option);
}

std::string default_folder(const ReproduceOptions& options) {
  if (options.name == "figure2") return options.name;
  return fmt::format("{}-{}", options.name, options.study.scale);
}

void reproduce_command(const CLI::App& command, ReproduceOptions& options) {
  if (options.name == "figure2") require_options_of_figure2(command);
  base::require(options.study.only.empty() || options.name == "encodings",
                "[cli] expected no --only with {}, which has two models", options.name);
  apply(options.common);
  base::keep_freed_memory();
  base::limit_kept_products();
  options.study.device = options.common.device;
  if (options.study.out.empty()) options.study.out = default_folder(options);
  const int signal = studies().at(options.name)(options.study);
  if (signal == 0) return print_steps_of_study(options.study.out);
  spdlog::info("stopped and saved; the same command goes on from there");
  end_by_signal(signal);
}

}  // namespace

void add_reproduce_command(CLI::App& program) {
  auto options = std::make_shared<ReproduceOptions>();
  CLI::App* command =
      program.add_subcommand("reproduce", "A table or figure of the paper beside ours");
  command->footer(kStudies);
  command->add_option("name", options->name, "which one")
      ->required()
      ->check(CLI::IsMember(studies()));
  add_choice(*command, "--scale", options->study.scale, {"tiny", "small", "paper"},
             "how much of the paper's work: see below");
  add_text(*command, "--out", options->study.out, "DIR",
           "folder of the runs and the report (default: NAME-SCALE here, or NAME)");
  add_number(*command, "--seeds", options->study.seeds,
             "runs of each model, with the seeds 0, 1, …", 1, 100);
  add_text(*command, "--only", options->study.only, "NAME,…",
           "encodings alone: the position encodings to compare (default: all)")
      ->delimiter(',');
  add_texts(*command, "--set", options->study.changes, "KEY=VALUE",
            "change a key of every recipe: section.key=value; may be given several times");
  add_device_options(*command, options->common);
  add_examples(*command,
               "roformer reproduce figure2 --out figure2\n"
               "roformer reproduce figure3-left --scale tiny\n"
               "roformer reproduce figure3-left --scale small --seeds 3 --out runs/figure3\n"
               "roformer reproduce figure3-right --scale tiny --seeds 3\n"
               "roformer reproduce encodings --seeds 3 --out runs/encodings\n"
               "roformer reproduce encodings --only rotary,learned --seeds 3 --out runs/two");
  command->callback([command, options] { reproduce_command(*command, *options); });
}

}  // namespace roformer::cli
