// What the comparison of all encodings refuses before it trains.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <string>

#include "roformer/position/encoding_settings.h"
#include "roformer/report/palette.h"
#include "roformer/study/studies.h"
#include "tests/data/test_corpus.h"

namespace roformer::study {
namespace {

using tests::has_text;

class CompareEncodingsTest : public testing::Test {
 protected:
  // Every case is one that is refused: else sixteen models would learn.
  std::string refusal(const std::vector<std::string>& changes, const std::string& scale = "tiny") {
    StudyOptions options;
    options.scale = scale;
    options.out = files_.file("out");
    options.seeds = 2;
    options.changes = {"data.text=" + files_.write("t", tests::number_text(300, 20, 8)).string(),
                       "data.cache=" + files_.file("cache").string(), "model.hidden_size=16",
                       "model.intermediate_size=32"};
    options.changes.insert(options.changes.end(), changes.begin(), changes.end());
    const std::string message = tests::error_message([&] { compare_encodings(options); });
    EXPECT_FALSE(std::filesystem::exists(options.out)) << message;
    return message;
  }
  tests::TestFolder files_;
};

TEST_F(CompareEncodingsTest, ScalesAndKeysOfItsOwn) {
  EXPECT_TRUE(has_text(refusal({}, "paper"), "expected --scale tiny or small"));
  EXPECT_TRUE(has_text(refusal({"run.seed=1"}), "no --set run.seed"));
  EXPECT_TRUE(has_text(refusal({"model.position_encoding=none"}), "no --set model.position_enc"));
}

// Three encodings come before Shaw's, and do not know its option.
TEST_F(CompareEncodingsTest, AnOptionGoesToTheEncodingsThatReadIt) {
  const std::string message = refusal({"model.shaw_clip=-1"});
  EXPECT_TRUE(has_text(message, "shaw_clip")) << message;
  EXPECT_TRUE(has_text(message, "got -1")) << message;
  const std::string of_all = refusal({"model.hiden_size=8"});
  EXPECT_TRUE(has_text(of_all, "hiden_size")) << of_all;
}

// report/palette.cpp knows every name, so that no two lines of a chart look alike.
TEST(EncodingColours, EachEncodingHasItsOwn) {
  std::set<std::string> colours;
  for (const auto& name : position::encoding_names())
    EXPECT_TRUE(colours.insert(report::colour_of(name)).second) << name;
}

}  // namespace
}  // namespace roformer::study
