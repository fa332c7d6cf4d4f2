// roformer reproduce: a table or figure of the paper, ours beside the paper's, and pictures that it
// lacks.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <memory>

#include "roformer/base/allocator.h"
#include "roformer/base/error.h"
#include "roformer/base/log.h"
#include "roformer/base/nearest_name.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/computing.h"
#include "roformer/cli/next_steps.h"
#include "roformer/study/claims.h"
#include "roformer/study/report_sources.h"
#include "roformer/study/studies.h"

namespace roformer::cli {
namespace {

constexpr const char* kStudies = R"(Studies:
  all           figure2, figure3-left, figure3-right, table1 to table3 and encodings, then the pictures
                below of their models, each in DIR/NAME, and DIR/claims.md: what the paper claims and what
                the numbers on disk carry. Not table4 and table5, which are run by their own names.
                tiny:  with --tune two to three hours on 2 cores, without about half of it
  encodings     Every position encoding in the same model on the same text: one table of loss, speed,
                parameters, and loss on one text in sequences 1, 2 and 4 times as long as in training.
                tiny:  about 20 seconds a run on 2 cores, package descriptions
                small: novels of ../shared/data/books, about 10 minutes a run on 2 cores
  figure2       The bound on a score by the distance of its tokens (section 3.4.3): seconds.
                Only --out is for it.
  figure3-left  Pre-training of RoFormer and BERT on the same data, seed and order (section 4.2),
                beside the controls none and sinusoidal: models roformer, bert, none, sinusoidal.
                tiny:  the demonstration, about two minutes a model on 2 cores, package descriptions
                small: novels of ../shared/data/books, about an hour a model on 2 cores
                paper: the paper's size on text of your own (--set data.text=FILES), 100,000
                       steps of 64 × 512 tokens
  figure3-right Performer that learns the next character, with and without RoPE (section 4.4):
                models performer-rope, performer-rope-inputs (q and k turn before the feature map),
                performer, learned, sinusoidal.
                tiny:  about a minute a model on 2 cores, package descriptions
                small: novels of ../shared/data/books, about half an hour a model on 2 cores
                paper: the paper's size on enwik8 (--set data.text=FILE), steps of 128 × 1024
  table1        Translation: Transformer and RoFormer on the same pairs, BLEU with two paired tests
                (section 4.1): models roformer, transformer.
                tiny:  ../shared/data/mt/multi30k, about two minutes a model on 2 cores; without it package
                       descriptions, English to German
                small: 400,000 pairs of ../shared/data/mt, a day a model on 2 cores
                paper: the paper's size on WMT 2014 (--set data.source=FILE --set data.target=FILE)
  table2        RoFormer and BERT pre-trained on the same text, then fine-tuned on six tasks of GLUE at
                four learning rates (section 4.3), by the paper's protocol and by one that chooses
                and reports on different parts. --set pretraining.KEY=VALUE changes the pre-training.
                tiny:  ../shared/data/glue, package descriptions; about half an hour on 2 cores
                small: novels of ../shared/data/books, an hour of pre-training a model; about a day
                paper: the paper's size on text of your own (--set pretraining.data.text=FILES
                       --set data.folder=DIR)
  table3        The four Chinese models of section 4.5: tokens, positions and sizes of the presets
                bert-chinese, wobert, nezha and roformer-chinese. Only --out is for it.
  table4        RoFormer pre-trained in Chinese by the six stages of section 4.5.2, measured at each
                one's end, and the final model by length.
                tiny:  ../shared/data/zh/corpus, about ten minutes a seed on 2 cores
                small: the same, some three hours a seed on 2 cores
                paper: the paper's size on text of your own (--set data.text=FILES)
  table5        Similar case matching (section 4.5.4): BERT, WoBERT and RoFormer, pre-trained by the
                stages of table4, tell which of two judgments is nearer to a third, pairs cut at 512
                and at 1,024 tokens. --set pretraining.KEY=VALUE changes the pre-training.
                tiny:  the 500 public triplets of ../shared/data/zh, half an hour of pre-training and
                       about an hour a seed on 2 cores
                small: the same, some ten hours of pre-training and a day a seed on 2 cores
                paper: the paper's size on text of your own (--set pretraining.data.text=FILES
                       --set 'data.train=["FILE"]')
Pictures that the paper lacks, of trained models and drawn vectors; each writes numbers.json too:
  decay         Eq. 37's bound beside Σ|h_i|, which needs no positions, and the true modulus, up to
                distance 1,000,000, for random and constant q and k; with --model for trained ones.
  frequency-norms
                Lengths of trained q and k by frequency pair and layer, of rotary models.
  linear-weights
                Weights of linear attention with rotation (Eq. 19): the share below 0 and the sums
                of rows, rotated behind the feature map and before it; with --model beside the loss
                of the run.
  loss-by-position
                Held-out loss by the place in the sequence, within and beyond the training length,
                of runs or folders of runs (--model); those that differ in their seed alone are one
                line.
Figures are of the test part, which nothing is chosen by; the validation part watches the training.
A study that was stopped goes on where it was when the same command is given again.)";

struct ReproduceOptions {
  CommonOptions common;
  std::string name;
  std::vector<std::string> models;
  study::StudyOptions study;
};

struct Study {
  int (*run)(const study::StudyOptions&);  // returns the signal that stopped it, or 0
  std::vector<std::string> options;        // those it reads beside --out
  bool needs_model = false;
};

const std::map<std::string, Study>& studies() {
  static const std::vector<std::string> training = {"--scale", "--seeds",  "--tune",   "--only",
                                                    "--set",   "--device", "--threads"};
  static const std::vector<std::string> staged = {"--scale", "--seeds", "--set", "--device",
                                                  "--threads"};
  static const std::vector<std::string> reading = {"--model", "--text", "--tokens", "--device",
                                                   "--threads"};
  static const std::vector<std::string> positions = {"--model", "--times", "--device", "--threads"};
  static const std::vector<std::string> all = {"--scale", "--seeds", "--tune", "--device",
                                               "--threads"};
  static const std::map<std::string, Study> known = {
      {"all", {study::reproduce_all, all}},
      {"decay", {study::reproduce_decay, reading}},
      {"encodings", {study::compare_encodings, training}},
      {"figure2", {study::reproduce_figure2, {}}},
      {"figure3-left", {study::reproduce_figure3_left, training}},
      {"figure3-right", {study::reproduce_figure3_right, training}},
      {"frequency-norms", {study::reproduce_frequency_norms, reading, true}},
      {"linear-weights", {study::reproduce_linear_weights, reading}},
      {"loss-by-position", {study::reproduce_loss_by_position, positions, true}},
      {"table1", {study::reproduce_table1, training}},
      {"table2", {study::reproduce_table2, training}},
      {"table3", {study::reproduce_table3, {}}},
      {"table4", {study::reproduce_table4, staged}},
      {"table5", {study::reproduce_table5, staged}}};
  return known;
}

std::vector<std::string> study_names() {
  std::vector<std::string> names;
  for (const auto& [name, study] : studies()) names.push_back(name);
  return names;
}

// What a study does not read has no meaning for it.
void require_options_of_study(const CLI::App& command, const std::string& name) {
  const Study& study = studies().at(name);
  for (const char* option : {"--scale", "--seeds", "--tune", "--only", "--set", "--model", "--text",
                             "--tokens", "--times", "--device", "--threads"}) {
    const bool reads = std::ranges::find(study.options, option) != study.options.end();
    base::require(
        reads || command.count(option) == 0,
        "[cli] expected no {} with {} but got one: beside --out it reads {}", option, name,
        study.options.empty() ? "nothing" : fmt::format("{}", fmt::join(study.options, ", ")));
  }
  base::require(!study.needs_model || command.count("--model") > 0,
                "[cli] expected --model with {}, a picture of trained models, but got none", name);
}

std::string default_folder(const ReproduceOptions& options) {
  if (!study::trains(options.name)) return options.name;
  return fmt::format("{}-{}", options.name, options.study.scale);
}

void reproduce_command(const CLI::App& command, ReproduceOptions& options) {
  require_options_of_study(command, options.name);
  apply(options.common);
  base::keep_freed_memory();
  base::limit_kept_products();
  options.study.device = options.common.device;
  if (options.study.out.empty()) options.study.out = default_folder(options);
  if (options.study.seeds == 0) options.study.seeds = study::default_seeds(options.study.scale);
  for (const auto& model : options.models)
    options.study.models.push_back(checkpoint::folder_of_own(model));
  const int signal = studies().at(options.name).run(options.study);
  if (signal == 0) return print_steps_of_study(options.study.out);
  spdlog::info("stopped and saved; the same command goes on from there");
  end_by_signal(signal);
}

}  // namespace

void add_reproduce_command(CLI::App& program) {
  auto options = std::make_shared<ReproduceOptions>();
  options->study.seeds = 0;  // by the scale
  CLI::App* command = program.add_subcommand(
      "reproduce", "A table or figure of the paper beside ours; pictures it lacks");
  command->footer(kStudies);
  add_choice(*command, "name", options->name, study_names(), "which one")->required();
  add_choice(*command, "--scale", options->study.scale, {"tiny", "small", "paper"},
             "how much of the paper's work: see below");
  add_text(*command, "--out", options->study.out, "DIR",
           "folder of the runs and the report (default: NAME-SCALE here, or NAME)");
  command
      ->add_option("--seeds", options->study.seeds,
                   "runs of each model, with the seeds 0, 1, … (default: 3 at tiny, else 1)")
      ->check(CLI::Range(1, 100));
  command->add_flag(
      "--tune", options->study.tune,
      "each model at half, once, twice and four times the recipe's learning rate with "
      "seed 0, then all seeds at the best one on the validation part");
  add_text(*command, "--only", options->study.only, "NAME,…",
           "the models to train: position encodings, or those named above (default: all)")
      ->delimiter(',');
  add_texts(*command, "--set", options->study.changes, "KEY=VALUE",
            "change a key of every recipe: section.key=value; may be given several times");
  add_texts(*command, "--model", options->models, "DIR",
            "pictures of trained models: a checkpoint folder or a run (train --out); may be given "
            "several times");
  add_text(*command, "--text", options->study.text, "FILE",
           "what these models read, a file of lines (default: the held-out text of their run, "
           "else apt's package descriptions)");
  add_number(*command, "--tokens", options->study.tokens, "how much of it they read, in tokens", 1,
             kMostTokens);
  add_number(*command, "--times", options->study.times,
             "loss-by-position alone: the longest sequence, by the training length", 1, 1000);
  add_device_options(*command, options->common);
  add_examples(*command,
               "roformer reproduce figure2 --out figure2\n"
               "roformer reproduce all --scale tiny --tune --out claims\n"
               "roformer reproduce figure3-left --seeds 1 --only roformer,bert,none\n"
               "roformer reproduce figure3-left --tune --seeds 3 --out figure3-tuned\n"
               "roformer reproduce figure3-left --scale small --seeds 3 --out runs/figure3\n"
               "roformer reproduce figure3-right --scale tiny --seeds 3\n"
               "roformer reproduce encodings --seeds 3 --out runs/encodings\n"
               "roformer reproduce encodings --only rotary,learned --seeds 3 --out runs/two\n"
               "roformer reproduce table3 --out table3\n"
               "roformer reproduce decay --model runs/roformer --out decay\n"
               "roformer reproduce loss-by-position --model runs/encodings --times 4\n"
               "roformer reproduce linear-weights --model runs/performer\n"
               "roformer reproduce frequency-norms --model DIR --text lines.txt");
  command->callback([command, options] { reproduce_command(*command, *options); });
}

}  // namespace roformer::cli
