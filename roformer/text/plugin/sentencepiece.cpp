// The plugin that is linked with libsentencepiece: text/sentencepiece_library.h says why.
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "roformer/text/sentencepiece_library.h"

namespace {

using roformer::text::SentencePieceLines;

std::string message_of(const sentencepiece::util::Status& status) {
  return status.ok() ? std::string() : status.ToString();
}

class Processor final : public roformer::text::SentencePieceProcessor {
 public:
  std::string load(const std::string& bytes) override {
    return message_of(processor_.LoadFromSerializedProto(bytes));
  }
  std::string encode(std::string_view line, std::vector<int>& ids) const override {
    return message_of(processor_.Encode(line, &ids));
  }
  std::string encode(std::string_view line, std::vector<std::string>& pieces) const override {
    return message_of(processor_.Encode(line, &pieces));
  }
  std::string decode(const std::vector<std::string>& pieces, std::string& text) const override {
    return message_of(processor_.Decode(pieces, &text));
  }
  int size() const override { return processor_.GetPieceSize(); }
  const std::string& piece(int id) const override { return processor_.IdToPiece(id); }
  bool is_text(int id) const override {
    return !processor_.IsControl(id) && !processor_.IsUnknown(id) && !processor_.IsUnused(id);
  }
  bool is_unknown(int id) const override { return processor_.IsUnknown(id); }

 private:
  sentencepiece::SentencePieceProcessor processor_;
};

class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(SentencePieceLines& lines) : lines_(lines) {}
  bool done() const override { return lines_.done(); }
  void Next() override { lines_.next(); }
  const std::string& value() const override { return lines_.line(); }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  SentencePieceLines& lines_;
};

std::unique_ptr<roformer::text::SentencePieceProcessor> make_processor() {
  return std::make_unique<Processor>();
}

std::string train(const std::unordered_map<std::string, std::string>& arguments,
                  SentencePieceLines& lines, std::string& model) {
  Lines iterator(lines);
  return message_of(sentencepiece::SentencePieceTrainer::Train(arguments, &iterator, &model));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const roformer::text::SentencePieceLibrary*
roformer_sentencepiece_library() {
  static const roformer::text::SentencePieceLibrary library = {&make_processor, &train};
  return &library;
}
