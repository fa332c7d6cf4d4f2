// `roformer tokenize`: lines of text to tokens, or to JSON with ids and what else the tokenizer
// tells of them (types, offsets).
#include <fmt/ranges.h>

#include <iostream>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/base/file.h"
#include "roformer/cli/command.h"
#include "roformer/cli/input_lines.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/tokenizer_path.h"
#include "roformer/text/pair_windows.h"
#include "roformer/text/subword_nmt.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

using nlohmann::ordered_json;

// subword-nmt's files and how it is to write units.
struct CodesOptions {
  std::string codes;
  std::string vocabulary;  // "unit count" lines; empty: no restriction
  std::int64_t threshold = 0;
  std::string separator = "@@";
};

struct TokenizeOptions {
  FolderOf folder_of = nullptr;
  CommonOptions common;
  std::string model;
  std::int64_t max_length = 0;
  std::int64_t stride = -1;  // below 0: no windows
  bool pair = false;
  bool no_special_tokens = false;
  std::string side;  // empty: source
  CodesOptions codes;
};

std::vector<std::string> tokens_of(const text::Tokenizer& tokenizer,
                                   const text::Encoding& encoding) {
  std::vector<std::string> tokens;
  for (const std::int32_t id : encoding.ids) tokens.push_back(tokenizer.id_to_token(id));
  return tokens;
}

// `line`: its number, or 0 to leave it out.
ordered_json json_of(const text::Tokenizer& tokenizer, const text::Encoding& encoding,
                     std::int64_t line) {
  ordered_json json;
  if (line > 0) json["line"] = line;
  json["tokens"] = tokens_of(tokenizer, encoding);
  json["ids"] = encoding.ids;
  if (tokenizer.facts().has_pairs) json["type_ids"] = encoding.type_ids;
  if (!tokenizer.facts().has_offsets) return json;
  auto& offsets = json["offsets"] = ordered_json::array();
  for (const auto& [begin, end] : encoding.offsets) offsets.push_back({begin, end});
  return json;
}

std::pair<std::string_view, std::string_view> split_pair(std::string_view line,
                                                         std::int64_t number) {
  const std::size_t tab = line.find('\t');
  base::require(tab != line.npos,
                "[tokenize] line {}: expected two texts with a tab between them but found no tab",
                number);
  return {line.substr(0, tab), line.substr(tab + 1)};
}

text::EncodeOptions encode_options(const TokenizeOptions& options) {
  return {.add_special_tokens = !options.no_special_tokens,
          .side = options.side == "target" ? text::Side::target : text::Side::source};
}

void encode_line(const text::Tokenizer& tokenizer, std::string_view line, std::int64_t number,
                 const TokenizeOptions& options, text::Encoding& encoding) {
  const text::EncodeOptions encode = encode_options(options);
  if (options.pair) {
    const auto [first, second] = split_pair(line, number);
    tokenizer.encode_pair_into(first, second, encode, encoding);
  } else {
    tokenizer.encode_into(line, encode, encoding);
  }
  base::require(
      options.max_length == 0 || static_cast<std::int64_t>(encoding.size()) <= options.max_length,
      "[tokenize] line {}: expected at most {} tokens but got {}; --stride N cuts it into windows",
      number, options.max_length, encoding.size());
}

void require_capabilities(const text::Tokenizer& tokenizer, const TokenizeOptions& options) {
  base::require(options.side.empty() || tokenizer.facts().has_sides,
                "[tokenize] expected --side only with a translation model's tokenizer but {} is "
                "none",
                options.model);
  base::require(!options.pair || tokenizer.facts().has_pairs,
                "[tokenize] {} is a translation model's tokenizer: expected no --pair",
                options.model);
}

// Tokenised text needs no tokenizer's folder: its lines as `subword-nmt apply-bpe` prints them.
void segment_lines(const CodesOptions& options) {
  text::SubwordNmtOptions settings{.separator = options.separator};
  if (!options.vocabulary.empty()) {
    const auto units = text::parse_unit_counts(base::read_file(options.vocabulary),
                                               options.threshold, options.vocabulary);
    settings.allowed = std::make_shared<const text::UnitSet>(units.begin(), units.end());
  }
  const text::SubwordNmt nmt(base::read_file(options.codes), options.codes, std::move(settings));
  InputLines input;
  for (std::string line; input.next(line);) std::cout << nmt.segment(line) << '\n';
}

void tokenize(const TokenizeOptions& options) {
  if (!options.codes.codes.empty()) return segment_lines(options.codes);
  if (options.model.empty()) throw CLI::RequiredError("--model or --codes");
  const auto tokenizer = text::Tokenizer::load(options.folder_of(options.model));
  require_capabilities(tokenizer, options);
  text::EncodeOptions window = encode_options(options);
  window.max_length = options.max_length;
  const auto print = [&](const text::Encoding& encoding, std::int64_t line) {
    std::cout << (options.common.json
                      ? json_report(json_of(tokenizer, encoding, line), "tokens")
                      : fmt::format("{}", fmt::join(tokens_of(tokenizer, encoding), " ")))
              << '\n';
  };
  const auto print_windows = [&](std::string_view line, std::int64_t number) {
    if (!options.pair) {
      for (const text::Encoding& part : tokenizer.windows(line, window, options.stride))
        print(part, number);
      return;
    }
    const auto [first, second] = split_pair(line, number);
    for (const auto& part : text::pair_windows(tokenizer, first, second, window, options.stride))
      print(part.encoding, number);
  };
  InputLines input;
  InvalidLines invalid("standard input");
  text::Encoding encoding;
  std::string line;
  for (std::int64_t number = 1; input.next(line); ++number) {
    if (!tokenizer.is_bytes()) invalid.check(line, number);
    if (options.stride >= 0) {
      print_windows(line, number);
      continue;
    }
    encode_line(tokenizer, line, number, options, encoding);
    print(encoding, 0);
  }
  invalid.report();
}

void add_codes_options(CLI::App& command, CodesOptions& options, CLI::Option* model) {
  auto* codes = add_text(command, "--codes", options.codes, "FILE",
                         "apply subword-nmt's merges to tokenised text (default: --model)")
                    ->excludes(model);
  auto* vocabulary =
      add_text(command, "--vocabulary", options.vocabulary, "FILE",
               "\"unit count\" lines: take back merges that make other units (default: none "
               "is taken back)")
          ->needs(codes);
  command
      .add_option("--vocabulary-threshold", options.threshold,
                  "smallest count of a unit of --vocabulary (default: 0)")
      ->check(CLI::NonNegativeNumber)
      ->needs(vocabulary);
  add_text(command, "--separator", options.separator, "TEXT",
           "behind each unit but the last of a word (default: @@)")
      ->needs(codes);
}

}  // namespace

void add_tokenize_command(CLI::App& program, FolderOf folder_of) {
  auto options = std::make_shared<TokenizeOptions>();
  options->folder_of = folder_of;
  CLI::App& command =
      *program.add_subcommand("tokenize", "Lines of standard input to tokens, ids and offsets");
  auto* model = add_text(command, "--model", options->model, "PATH",
                         "folder, weights in one, vocab.txt or tokenizer.json (default: --codes)");
  command.add_flag("--pair", options->pair, "two texts a line, a tab between them");
  auto* length =
      command
          .add_option("--max-length", options->max_length,
                      "most tokens of a line, special ones included (default: any number)")
          ->check(CLI::PositiveNumber);
  command
      .add_option(
          "--stride", options->stride,
          "cut longer lines into windows that share N tokens, of pairs the second text (default: a "
          "longer line is an error)")
      ->check(CLI::NonNegativeNumber)
      ->needs(length);
  command.add_flag("--no-special-tokens", options->no_special_tokens,
                   "without [CLS] and [SEP], or </s>");
  add_choice(command, "--side", options->side, {"source", "target"},
             "of a translation model: which of its two tokenizers (default: source)");
  add_codes_options(command, options->codes, model);
  add_json_option(command, options->common);
  add_examples(
      command,
      "roformer tokenize --model DIR --json < lines.txt\n"
      "roformer tokenize --model vocab.txt --max-length 512 --stride 64 < lines.txt\n"
      "roformer tokenize --codes codes.bpe --vocabulary vocab.en --vocabulary-threshold 50 "
      "< tokenised.en");
  command.callback([options] { tokenize(*options); });
}

}  // namespace roformer::cli
