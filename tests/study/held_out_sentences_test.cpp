#include "roformer/study/held_out_sentences.h"

#include <gtest/gtest.h>

#include "tests/base/test_files.h"

namespace roformer::study {
namespace {

// Documents of one sentence of ten words, all different, and a tail without a full stop.
data::DataOptions sentences(const tests::TestFolder& folder, const std::string& end) {
  const std::vector<std::string> words = {"alpha",   "bravo", "charlie", "delta", "echo",
                                          "foxtrot", "golf",  "hotel",   "india", "juliet"};
  std::string text, vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n.\n";
  for (const auto& word : words) vocabulary += word + "\n";
  for (std::size_t d = 0; d < 200; ++d) {
    for (std::size_t i = 0; i < words.size(); ++i) text += words[(d + i) % words.size()] + " ";
    text += end + " and more\n";
  }
  data::DataOptions options;
  options.text = {folder.write("text.txt", text).string()};
  options.vocabulary = folder.write("vocab.txt", vocabulary).string();
  options.document = documents::DocumentRule::line;
  options.validation_share = 0.5;
  options.cache = folder.file("cache");
  return options;
}

TEST(HeldOutSentences, OneWholeWordOfASentenceIsMasked) {
  const tests::TestFolder folder;
  const data::Corpus corpus(sentences(folder, "."));
  const auto found = held_out_sentences(corpus, 5);
  ASSERT_EQ(found.size(), 5u);
  for (const auto& sentence : found) {
    const auto place = sentence.text.find("[MASK]");
    ASSERT_NE(place, std::string::npos) << sentence.text;
    EXPECT_EQ(sentence.text.find("[MASK]", place + 1), std::string::npos);
    EXPECT_GE(sentence.answer.size(), 3u);
    EXPECT_FALSE(tests::has_text(sentence.text, sentence.answer));  // each word stands once
    EXPECT_FALSE(tests::has_text(sentence.text, "more"));           // up to the full stop
  }
  const auto again = held_out_sentences(corpus, 5);
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].text, again[i].text);
}

TEST(HeldOutSentences, TextWithoutSentencesHasNone) {
  const tests::TestFolder folder;
  EXPECT_TRUE(held_out_sentences(data::Corpus(sentences(folder, "alpha")), 5).empty());
}

}  // namespace
}  // namespace roformer::study
