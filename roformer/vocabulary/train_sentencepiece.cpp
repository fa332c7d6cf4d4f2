#include "roformer/vocabulary/train_sentencepiece.h"

#include <charconv>
#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/text/sentencepiece_library.h"
#include "roformer/unicode/utf8.h"

namespace roformer::vocabulary {
namespace {

constexpr std::int64_t kTableExtras = 2;  // </s> and <pad>: the model has <unk> itself

// Lines as the library asks for them. A failure of `next_line`, which may not cross it, is kept.
class LineIterator final : public text::SentencePieceLines {
 public:
  explicit LineIterator(const std::function<bool(std::string&)>& next_line)
      : next_line_(next_line) {
    LineIterator::next();
  }
  bool done() const override { return done_; }
  void next() override {
    while (!done_) {
      try {
        done_ = !next_line_(line_);
      } catch (...) {
        failure_ = std::current_exception();
        done_ = true;
      }
      if (done_ || line_.empty()) continue;
      if (!unicode::is_utf8(line_)) line_ = unicode::valid_utf8(line_, "\xEF\xBF\xBD");
      ++lines_;
      return;
    }
  }
  const std::string& line() const override { return line_; }

  std::int64_t lines() const { return lines_; }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const std::function<bool(std::string&)>& next_line_;
  std::string line_;
  bool done_ = false;
  std::int64_t lines_ = 0;
  std::exception_ptr failure_;
};

std::unordered_map<std::string, std::string> trainer_arguments(
    const SentencePieceTrainerOptions& options) {
  std::unordered_map<std::string, std::string> arguments = {
      {"model_type", "bpe"},
      {"vocab_size", std::to_string(options.vocabulary_size - kTableExtras)},
      {"character_coverage", fmt::format("{}", options.character_coverage)},
      {"num_threads", std::to_string(options.threads)},
      {"hard_vocab_limit", "false"},
      {"unk_id", "0"},
      {"bos_id", "-1"},
      {"eos_id", "-1"},
      {"pad_id", "-1"},
      {"minloglevel", "2"}};  // errors only; they come as a status too
  if (options.most_lines > 0) {
    arguments["input_sentence_size"] = std::to_string(options.most_lines);
    arguments["shuffle_input_sentence"] = "true";
  }
  return arguments;
}

// The size that the library asks for where the characters alone need more: "… required_chars.
// 6 vs 47. …"; 0 where its message says something else.
std::int64_t required_size(std::string_view message) {
  constexpr std::string_view before = "required_chars. ", between = " vs ";
  const auto begin = message.find(before);
  if (begin == message.npos) return 0;
  const auto number = message.find(between, begin);
  if (number == message.npos) return 0;
  std::int64_t pieces = 0;
  std::from_chars(message.data() + number + between.size(), message.data() + message.size(),
                  pieces);
  return pieces > 0 ? pieces + kTableExtras : 0;
}

void require_trained(const std::string& problem, std::int64_t lines,
                     const SentencePieceTrainerOptions& options) {
  if (problem.empty()) return;
  const std::int64_t size = required_size(problem);
  base::require(
      size == 0,
      "[text] expected a vocabulary of at least {} pieces, as the characters of the text "
      "need, but got {}; raise the size or lower the share of characters that are covered "
      "(now {})",
      size, options.vocabulary_size, options.character_coverage);
  base::fail("[text] a vocabulary of {} pieces cannot be trained on these {} lines: {}",
             options.vocabulary_size, lines, problem);
}

}  // namespace

std::string train_sentencepiece(const std::function<bool(std::string&)>& next_line,
                                const SentencePieceTrainerOptions& options) {
  constexpr std::int64_t smallest = 4;
  base::require(options.vocabulary_size >= smallest,
                "[text] expected a vocabulary of {} or more pieces but got {}", smallest,
                options.vocabulary_size);
  base::require(options.character_coverage > 0 && options.character_coverage <= 1,
                "[text] expected a character coverage of (0, 1] but got {}",
                options.character_coverage);
  LineIterator lines(next_line);
  std::string model;
  const std::string problem =
      text::sentencepiece_library().train(trainer_arguments(options), lines, model);
  lines.rethrow();
  base::require(lines.lines() > 0,
                "[text] expected text to train a vocabulary on but there is no line");
  require_trained(problem, lines.lines(), options);
  return model;
}

}  // namespace roformer::vocabulary
