#include "roformer/labelled/tagged_words.h"

#include "tests/data/compressed.h"
#include "tests/labelled/labelled_test_files.h"

namespace roformer::labelled {
namespace {

using TagWords = std::vector<std::string>;

const char* const kConll =
    "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n\nPeter NNP B-NP B-PER\n"
    "Blackburn NNP I-NP I-PER\n";

TaggedText tagged(const tests::TestFolder& folder, std::string_view content,
                  const TagColumns& columns = {}) {
  return read_tagged_words({folder.write("f", content)}, columns);
}

std::string tagged_error(std::string_view content, const TagColumns& columns = {}) {
  const tests::TestFolder folder;
  std::string message = tests::error_message([&] { tagged(folder, content, columns); });
  const std::string path = folder.file("f").string();
  if (const auto at = message.find(path); at != message.npos) message.replace(at, path.size(), "f");
  return message;
}

TEST(TaggedWordsTest, Sentences) {
  const tests::TestFolder folder;
  const TaggedText text = tagged(folder, kConll);
  ASSERT_EQ(text.sentences.size(), 2u);
  EXPECT_EQ(text.sentences[0].words, (TagWords{"EU", "rejects"}));
  EXPECT_EQ(text.sentences[0].tags, (TagWords{"B-ORG", "O"}));
  EXPECT_EQ(text.sentences[0].line, 3);
  EXPECT_EQ(text.document_starts, 1);
  EXPECT_EQ(text.odd_prefixes.count, 0);
  EXPECT_EQ(text.place(text.sentences[1], 1), folder.file("f").string() + ":8");
  const LabelSet tags = find_tags(text);
  EXPECT_EQ(tags.names(), (TagWords{"B-ORG", "B-PER", "I-PER", "O"}));
  EXPECT_EQ(tag_numbers(text, tags), (std::vector<std::vector<std::int64_t>>{{0, 3}, {1, 2}}));
  EXPECT_EQ(tagged(folder, kConll, {.word = 1, .tag = 2}).sentences[0].tags[1], "VBZ");
}

TEST(TaggedWordsTest, FormsOfLines) {
  const tests::TestFolder folder;
  const TaggedText text = tagged(folder, "\xEF\xBB\xBFone  O \r\n \r\nNew York\tB-LOC\r\n");
  ASSERT_EQ(text.sentences.size(), 2u);
  EXPECT_EQ(text.sentences[0].words, TagWords{"one"});
  EXPECT_EQ(text.sentences[0].tags, TagWords{"O"});
  EXPECT_EQ(text.sentences[1].words, TagWords{"New York"});
  EXPECT_EQ(tagged(folder, "1\tone\tO\tx", {.word = 2, .tag = 3}).sentences[0].words,
            TagWords{"one"});
  // A document's start ends a sentence too; two files are two texts.
  const auto packed = folder.write("g.xz", tests::xz("a O\n-DOCSTART- O\nb O"));
  const TaggedText two = read_tagged_words({packed, folder.write("h", "c O\n")});
  ASSERT_EQ(two.sentences.size(), 3u);
  EXPECT_EQ(two.place(two.sentences[1], 0), packed.string() + ":3");
  EXPECT_EQ(two.place(two.sentences[2], 0), folder.file("h").string() + ":1");
}

TEST(TaggedWordsTest, OddPrefixesAreCounted) {
  const tests::TestFolder folder;
  const auto odd = [&](std::string_view content) { return tagged(folder, content).odd_prefixes; };
  EXPECT_EQ(odd("a O\nb I-X\n").count, 1);
  EXPECT_EQ(odd("a O\nb I-X\n").first, folder.file("f").string() + ":2");
  EXPECT_EQ(odd("a B-X\nb I-Y\nc I-Y\n").count, 1);
  EXPECT_EQ(odd("a B-X\n\nb I-X\n").count, 1);
  EXPECT_EQ(odd("a B-X\nb I-X\nc E-X\nd S-X\ne B-X\nf E-X\n").count, 0);
  EXPECT_EQ(odd("a S-X\nb E-X\n").count, 1);
  EXPECT_EQ(odd("a IN\nb I\nc I-\n").count, 0);
}

TEST(TaggedWordsTest, LinesThatAreNotWhole) {
  EXPECT_EQ(tagged_error("a O\nb\n"), "[labelled] f:2: expected at least 2 columns but got 1");
  EXPECT_EQ(tagged_error("a N O\n\nb N\n"),
            "[labelled] f:3: expected 3 columns, as the first word has, but got 2");
  EXPECT_EQ(tagged_error("a N O\nb N O x\n"),
            "[labelled] f:2: expected 3 columns, as the first word has, but got 4");
  EXPECT_EQ(tagged_error("a N O\nb N O x\n", {.word = 1, .tag = 3}), "no error");
  EXPECT_EQ(tagged_error("a N\n", {.word = 1, .tag = 3}),
            "[labelled] f:1: expected at least 3 columns but got 2");
  EXPECT_EQ(tagged_error("a N\n", {.word = 2}),
            "[labelled] f:1: expected at least 3 columns but got 2");
  EXPECT_EQ(tagged_error("a\tO\n\tO\n"),
            "[labelled] f:2: expected a word and a tag but got '' and 'O'");
  EXPECT_EQ(tagged_error("a\t\n"), "[labelled] f:1: expected a word and a tag but got 'a' and ''");
  EXPECT_EQ(tagged_error("\n \n-DOCSTART- O\n"),
            "[labelled] f:1: expected words with tags but got a file without any");
  EXPECT_EQ(tagged_error(""), tagged_error("\n"));
  EXPECT_TRUE(tests::has_text(tagged_error("a O\nb\xFF O\n"), "f:2: expected text in UTF-8"));
  for (const TagColumns& bad : {TagColumns{.word = 0}, {.word = 2, .tag = 2}, {.tag = -1}})
    EXPECT_TRUE(tests::has_text(tagged_error("a O\n", bad), "expected two columns"));
}

TEST(TaggedWordsTest, TagsOutsideTheSet) {
  const tests::TestFolder folder;
  const TaggedText text = tagged(folder, "a O\nb B-PR\n");
  EXPECT_EQ(tests::error_message([&] {
              tag_numbers(text, LabelSet({"O", "B-PER"}));
            }),
            "[labelled] " + folder.file("f").string() +
                ":2: expected one of the labels O, B-PER but got 'B-PR', did you mean 'B-PER'?");
  EXPECT_TRUE(
      tests::has_text(tests::error_message([&] { find_tags(tagged(folder, "a O\nb O\n")); }),
                      "at least two tags but got 'O' alone"));
}

TEST(TaggedWordsTest, DamagedFilesAreReadOrRefused) {
  std::string text;
  for (int i = 0; i < 5; ++i) text += kConll;
  tests::expect_read_or_refused(
      "d.conll", text, [](const std::filesystem::path& file) { read_tagged_words({file}); });
}

}  // namespace
}  // namespace roformer::labelled
