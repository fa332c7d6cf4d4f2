// tests of text/ and checkpoint/ together: libsentencepiece and LibTorch in one process
// (text/sentencepiece_library.h).
#include <c10/util/Logging.h>
#include <gtest/gtest.h>

#include "roformer/text/subword_table.h"
#include "roformer/vocabulary/train_sentencepiece.h"

namespace roformer::checkpoint {
namespace {

// In one scope of symbols the trainer's log level was written over c10's flag that turns errors into
// the program's end.
TEST(SentencePieceLibrary, LeavesTheFlagsOfLibTorchAlone) {
  int line = 0;
  vocabulary::SentencePieceTrainerOptions options;
  options.vocabulary_size = 40;
  const auto tokenizer = text::sentencepiece_tokenizer(vocabulary::train_sentencepiece(
      [&](std::string& text) {
        text = "one two three four";
        return ++line < 20;
      },
      options));
  std::vector<std::int32_t> ids;
  tokenizer.encode_words("two four", ids);
  EXPECT_EQ(tokenizer.decode(ids), "two four");
  EXPECT_THROW(CAFFE_ENFORCE(line < 0, "an error that must not end the program"), c10::Error);
}

}  // namespace
}  // namespace roformer::checkpoint
