#include "reading/keys.h"

#include <map>

namespace vrlt::reading {
namespace {

constexpr Words kStart = {U"start",        U"starttime",      U"starttimes",
                          U"startsec",     U"startsecs",      U"startsecond",
                          U"startseconds", U"starttimestamp", U"starttimeseconds",
                          U"startingtime", U"starting",       U"starts",
                          U"startat",      U"startsat",       U"timestampstart",
                          U"begin",        U"begintime",      U"beginning",
                          U"begins",       U"from",           U"timestart",
                          U"开始",         U"开始时间",       U"起始",
                          U"起始时间",     U"開始",           U"開始時間"};
constexpr Words kEnd = {
    U"end",        U"endtime",      U"endtimes",       U"endsec",     U"endsecs",    U"endsecond",
    U"endseconds", U"endtimestamp", U"endtimeseconds", U"endingtime", U"ending",     U"ends",
    U"endat",      U"endsat",       U"timestampend",   U"finish",     U"finishtime", U"stop",
    U"stoptime",   U"to",           U"timeend",        U"结束",       U"结束时间",   U"终止",
    U"终止时间",   U"終了",         U"終了時間"};
constexpr Words kAnswer = {U"answer", U"finalanswer", U"result", U"prediction",
                           U"output", U"response",    U"答案"};
constexpr Words kSpan = {U"time",
                         U"times",
                         U"timestamp",
                         U"timestamps",
                         U"timespan",
                         U"timespans",
                         U"timerange",
                         U"timeranges",
                         U"timewindow",
                         U"timeperiod",
                         U"timeinterval",
                         U"segment",
                         U"segments",
                         U"span",
                         U"spans",
                         U"window",
                         U"windows",
                         U"interval",
                         U"intervals",
                         U"moment",
                         U"moments",
                         U"relevantspan",
                         U"relevantspans",
                         U"relevantwindow",
                         U"relevantwindows",
                         U"relevanttime",
                         U"eventtime",
                         U"timesegment",
                         U"timesegments",
                         U"temporalwindow",
                         U"temporalspan",
                         U"predictedtime",
                         U"predrelevantwindow",
                         U"predrelevantwindows",
                         U"predictedspan",
                         U"predictedwindow",
                         U"glue",
                         U"时间",
                         U"时间段"};
constexpr Words kListSpan = {U"events", U"clips", U"results", U"predictions"};
constexpr Words kOption = {
    U"option",        U"choice",         U"correctanswer",  U"correctoption",
    U"correctchoice", U"selectedoption", U"selectedanswer", U"selectedchoice",
    U"bestanswer",    U"bestoption",     U"bestchoice",     U"answerletter",
    U"optionletter",  U"letter",         U"label",          U"选项",
    U"选择"};
constexpr Words kNumber = {U"number", U"count", U"value", U"total"};

constexpr std::pair<Words, unsigned> kClasses[] = {
    {kStart, kStartKey},  {kEnd, kEndKey},           {kAnswer, kSpanKey | kOptionKey | kNumberKey},
    {kSpan, kSpanKey},    {kListSpan, kListSpanKey}, {kOption, kOptionKey},
    {kNumber, kNumberKey}};

std::map<Text, unsigned> all_keys() {
  std::map<Text, unsigned> keys;
  for (const auto& [words, classes] : kClasses)
    for (const auto word : words) keys[Text(word)] |= classes;
  return keys;
}

}  // namespace

unsigned classes_of_key(View key) {
  static const auto kKeys = all_keys();
  Text compared;
  for (const char32_t c : key)
    if (is_letter(c) || is_digit(c) || is_cjk(c)) compared += lower(c);
  const auto found = kKeys.find(compared);
  return found == kKeys.end() ? 0 : found->second;
}

}  // namespace vrlt::reading
