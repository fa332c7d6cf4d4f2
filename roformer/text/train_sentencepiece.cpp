#include "roformer/text/train_sentencepiece.h"

#include <sentencepiece_trainer.h>

#include <unordered_map>

#include "roformer/base/error.h"
#include "roformer/text/utf8.h"

namespace roformer::text {
namespace {

constexpr std::int64_t kTableExtras = 2;  // </s> and <pad>: the model has <unk> itself

// Lines as the library asks for them. A failure of `next_line` may not cross the library: it is kept.
class LineIterator final : public sentencepiece::SentenceIterator {
 public:
  explicit LineIterator(const std::function<bool(std::string&)>& next_line)
      : next_line_(next_line) {
    Next();
  }
  bool done() const override { return done_; }
  void Next() override {
    while (!done_) {
      try {
        done_ = !next_line_(line_);
      } catch (...) {
        failure_ = std::current_exception();
        done_ = true;
      }
      if (done_ || line_.empty()) continue;
      if (!is_utf8(line_)) line_ = valid_utf8(line_, "\xEF\xBF\xBD");
      ++lines_;
      return;
    }
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

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
  const auto status =
      sentencepiece::SentencePieceTrainer::Train(trainer_arguments(options), &lines, &model);
  lines.rethrow();
  base::require(lines.lines() > 0,
                "[text] expected text to train a vocabulary on but there is no line");
  base::require(status.ok(),
                "[text] a vocabulary of {} pieces cannot be trained on these {} lines: {}",
                options.vocabulary_size, lines.lines(), status.ToString());
  return model;
}

}  // namespace roformer::text
