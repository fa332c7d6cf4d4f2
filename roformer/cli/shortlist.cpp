// roformer shortlist: which words of the target language a word of the source is likely to become.
#include <spdlog/spdlog.h>

#include <any>
#include <memory>
#include <string>
#include <vector>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/checkpoint/folder.h"
#include "roformer/cli/command.h"
#include "roformer/parallel/lexical_table.h"
#include "roformer/parallel/pair_encoder.h"
#include "roformer/parallel/parallel_text.h"
#include "roformer/task/recipe.h"
#include "roformer/task/translation_task.h"

namespace roformer::cli {
namespace {

struct ShortlistFlags {
  std::string model, out;
  std::vector<std::string> source, target;
  std::int64_t iterations = 5, best = 100, max_pairs = 500'000;
  std::int64_t threads = 0;
};

// Of files, or where none are named those that the model's run learned from.
parallel::ParallelOptions pairs_of(const ShortlistFlags& flags) {
  if (!flags.source.empty()) {
    parallel::ParallelOptions options;
    options.source = flags.source;
    options.target = flags.target;
    options.validation_share = options.test_share = 0;
    return options;
  }
  const auto recipe = task::own_recipe(flags.model);
  base::require(!recipe.empty(),
                "[cli] expected --source and --target, or a model in the folder of its run, whose "
                "recipe says what it learned from, but got {}",
                flags.model);
  const task::Recipe read = task::read_recipe(recipe);
  const auto* const options = std::any_cast<task::TranslationOptions>(&read.options);
  base::require(options != nullptr, "[cli] {}: expected a recipe of translation but got another",
                recipe.string());
  return options->parallel;
}

void write_table(const std::vector<parallel::LexicalEntry>& entries,
                 const text::Tokenizer& tokenizer, const std::string& path) {
  std::string table;
  for (const auto& [source, target, probability] : entries)
    table += fmt::format("{} {} {:.7g}\n", tokenizer.id_to_token(target),
                         tokenizer.id_to_token(source), probability);
  base::write_file_atomically(path, table);
}

void make_shortlist(const ShortlistFlags& flags) {
  const auto options = pairs_of(flags);
  const auto tokenizer = text::Tokenizer::load(checkpoint::folder_of(flags.model));
  base::require(tokenizer.facts().has_sides,
                "[cli] {}: expected a translation model's tokenizer but got one of {}", flags.model,
                tokenizer.facts().kind);
  parallel::LexicalTable table;
  const auto pairs = parallel::ParallelText(options).open();
  parallel::encode_pairs(
      *pairs, tokenizer, {}, static_cast<int>(flags.threads), [&](parallel::EncodedPair& pair) {
        const bool used = pair.fault == parallel::PairFault::none &&
                          parallel::split_of(pair.source_hash, options) == data::Split::training;
        if (used) table.add(pair.source, pair.target);
        return table.num_pairs() < flags.max_pairs;
      });
  base::require(table.num_pairs() > 0, "[cli] expected pairs of sentences but got none");
  const auto entries = table.train(flags.iterations, flags.best);
  write_table(entries, tokenizer, flags.out);
  spdlog::info("shortlist: {} entries from {} pairs in {}", entries.size(), table.num_pairs(),
               flags.out);
}

constexpr const char* kShortlistNotes =
    R"(IBM model 1 (Brown et al. 1993) of the word pieces of pairs of lines: no alignments are needed.
Lines of the table are "target source probability" with spaces between, as Marian's lexical
shortlists are. Held-out pairs of a run are left out. Time and memory grow with the pairs, some
2 GB for half a million sentences of news.)";

}  // namespace

void add_shortlist_command(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "shortlist", "A table of likely translations of words, for translate --shortlist");
  command->footer(kShortlistNotes);
  const auto flags = std::make_shared<ShortlistFlags>();
  add_text(*command, "--model", flags->model, "DIR",
           "folder of a translation model, whose word pieces are taken")
      ->required();
  add_text(*command, "--out", flags->out, "FILE", "file to write")->required();
  auto* const source =
      add_texts(*command, "--source", flags->source, "FILE",
                "lines of the source language (default: what the model's run learned from); "
                "several times: files one behind the other");
  auto* const target = add_texts(*command, "--target", flags->target, "FILE",
                                 "their translations, line by line (default: as for --source); "
                                 "several times too");
  source->needs(target);
  target->needs(source);
  add_number(*command, "--iterations", flags->iterations, "of expectation maximisation", 1, 1000);
  add_number(*command, "--best", flags->best, "targets to keep of each source word", 1,
             kMostTokens);
  add_number(*command, "--max-pairs", flags->max_pairs, "the first N pairs are read", 1,
             kMostTokens);
  add_number(*command, "--threads", flags->threads, "to tokenise with; 0: as many as processors", 0,
             1024);
  add_examples(*command,
               "roformer shortlist --model runs/nmt --out runs/nmt/lex.s2t\n"
               "roformer shortlist --model DIR --source lines.en --target lines.de --out lex.s2t");
  command->callback([flags] { make_shortlist(*flags); });
}

}  // namespace roformer::cli
