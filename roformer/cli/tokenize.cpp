// `roformer tokenize`: lines of text to tokens, or to JSON with ids and what else the tokenizer tells
// of them (types, offsets).
#include <fmt/format.h>

#include <iostream>
#include <memory>

#include "roformer/base/error.h"
#include "roformer/cli/command.h"
#include "roformer/cli/json_output.h"
#include "roformer/cli/line_chunks.h"
#include "roformer/cli/segment_lines.h"
#include "roformer/text/tokenizer.h"

namespace roformer::cli {
namespace {

struct TokenizeOptions {
  CommonOptions common;
  std::string model;
  std::int64_t max_length = 0;
  std::int64_t stride = -1;  // below 0: no windows
  bool pair = false;
  bool no_special_tokens = false;
  std::string side;  // empty: source
  CodesOptions codes;
};

/// Writes encodings to standard output. Each token's JSON text is made once.
class EncodingPrinter {
 public:
  EncodingPrinter(const text::Tokenizer& tokenizer, bool json)
      : tokenizer_(tokenizer), json_(json) {
    if (!json) return;
    for (const std::string& token : tokenizer.vocabulary().tokens())
      quoted_.push_back(json_report(token, "a token"));
  }

  /// `line`: its number, or 0 to leave it out.
  void print(const text::Encoding& encoding, std::int64_t line) {
    json_ ? print_json(encoding, line) : print_tokens(encoding);
    constexpr std::size_t much = 1 << 16;
    if (out_.size() > much) flush();
  }
  void flush() {
    const bool written = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    base::require(written && std::fflush(stdout) == 0,
                  "[tokenize] cannot write to standard output");
    out_.clear();
  }

 private:
  void print_tokens(const text::Encoding& encoding) {
    const char* space = "";
    for (const std::int32_t id : encoding.ids) {
      fmt::format_to(std::back_inserter(out_), "{}{}", space, tokenizer_.id_to_token(id));
      space = " ";
    }
    out_.push_back('\n');
  }
  void print_json(const text::Encoding& encoding, std::int64_t line) {
    auto out = std::back_inserter(out_);
    const auto comma = [](std::size_t i) { return i == 0 ? "" : ","; };
    fmt::format_to(out, "{{");
    if (line > 0) fmt::format_to(out, "\"line\":{},", line);
    fmt::format_to(out, "\"tokens\":[");
    for (std::size_t i = 0; i < encoding.size(); ++i) {
      fmt::format_to(out, "{}{}", comma(i), quoted_[static_cast<std::size_t>(encoding.ids[i])]);
    }
    fmt::format_to(out, "],\"ids\":[{}]", fmt::join(encoding.ids, ","));
    if (tokenizer_.facts().has_pairs)
      fmt::format_to(out, ",\"type_ids\":[{}]", fmt::join(encoding.type_ids, ","));
    if (tokenizer_.facts().has_offsets) {
      fmt::format_to(out, ",\"offsets\":[");
      for (std::size_t i = 0; i < encoding.size(); ++i) {
        fmt::format_to(out, "{}[{},{}]", comma(i), encoding.offsets[i].begin,
                       encoding.offsets[i].end);
      }
      out_.push_back(']');
    }
    fmt::format_to(out, "}}\n");
  }

  const text::Tokenizer& tokenizer_;
  bool json_;
  std::vector<std::string> quoted_;
  std::string out_;
};

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

void tokenize(const TokenizeOptions& options) {
  if (!options.codes.codes.empty()) return segment_lines(options.codes);
  if (options.model.empty()) throw CLI::RequiredError("--model or --codes");
  const auto tokenizer = text::Tokenizer::load(options.model);
  require_capabilities(tokenizer, options);
  text::EncodeOptions window = encode_options(options);
  window.max_length = options.max_length;
  EncodingPrinter printer(tokenizer, options.common.json);
  text::Encoding encoding;
  std::string line;
  for (std::int64_t number = 1; std::getline(std::cin, line); ++number) {
    if (options.stride >= 0) {
      for (const text::Encoding& part : tokenizer.windows(line, window, options.stride))
        printer.print(part, number);
      continue;
    }
    encode_line(tokenizer, line, number, options, encoding);
    printer.print(encoding, 0);
  }
  require_readable_input();
  printer.flush();
}

void add_codes_options(CLI::App& command, CodesOptions& options, CLI::Option* model) {
  auto* codes = command
                    .add_option("--codes", options.codes,
                                "apply subword-nmt's merges to tokenised text (default: --model)")
                    ->type_name("FILE")
                    ->excludes(model);
  auto* vocabulary =
      command
          .add_option("--vocabulary", options.vocabulary,
                      "\"unit count\" lines: take back merges that make other units (default: none "
                      "is taken back)")
          ->type_name("FILE")
          ->needs(codes);
  command
      .add_option("--vocabulary-threshold", options.threshold,
                  "smallest count of a unit of --vocabulary (default: 0)")
      ->check(CLI::NonNegativeNumber)
      ->needs(vocabulary);
  command
      .add_option("--separator", options.separator,
                  "behind each unit but the last of a word (default: @@)")
      ->type_name("TEXT")
      ->needs(codes);
}

}  // namespace

void add_tokenize_command(CLI::App& program) {
  auto options = std::make_shared<TokenizeOptions>();
  CLI::App& command =
      *program.add_subcommand("tokenize", "Lines of standard input to tokens, ids and offsets");
  auto* model = command
                    .add_option("--model", options->model,
                                "folder, vocab.txt or tokenizer.json (default: --codes)")
                    ->type_name("PATH");
  auto* pair = command.add_flag("--pair", options->pair, "two texts a line, a tab between them");
  auto* length =
      command
          .add_option("--max-length", options->max_length,
                      "most tokens of a line, special ones included (default: any number)")
          ->check(CLI::PositiveNumber);
  command
      .add_option(
          "--stride", options->stride,
          "cut longer lines into windows that share N tokens (default: a longer line is an error)")
      ->check(CLI::NonNegativeNumber)
      ->needs(length)
      ->excludes(pair);
  command.add_flag("--no-special-tokens", options->no_special_tokens,
                   "without [CLS] and [SEP], or </s>");
  command
      .add_option("--side", options->side,
                  "of a translation model: which of its two tokenizers (default: source)")
      ->check(CLI::IsMember({"source", "target"}));
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
