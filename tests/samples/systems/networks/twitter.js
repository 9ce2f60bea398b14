window.YTD.tweets.part0 = [
 {
  "tweet": {
   "id_str": "5000",
   "id": "5000",
   "full_text": "The tulips are out already.",
   "created_at": "Mon Jan 01 10:00:00 +0000 2024",
   "favorite_count": "0",
   "retweet_count": "0",
   "retweeted": false,
   "lang": "en",
   "entities": {
    "hashtags": [],
    "urls": []
   }
  }
 },
 {
  "tweet": {
   "id_str": "5001",
   "id": "5001",
   "full_text": "Mine have gone to the deer.",
   "created_at": "Mon Jan 01 10:00:01 +0000 2024",
   "favorite_count": "0",
   "retweet_count": "0",
   "retweeted": false,
   "lang": "en",
   "entities": {
    "hashtags": [],
    "urls": []
   }
  }
 },
 {
  "tweet": {
   "id_str": "5002",
   "id": "5002",
   "full_text": "Deer? In town?",
   "created_at": "Mon Jan 01 10:00:02 +0000 2024",
   "favorite_count": "0",
   "retweet_count": "0",
   "retweeted": false,
   "lang": "en",
   "entities": {
    "hashtags": [],
    "urls": []
   },
   "in_reply_to_status_id_str": "5001"
  }
 },
 {
  "tweet": {
   "id_str": "5003",
   "id": "5003",
   "full_text": "Plant daffodils, they taste &lt;awful&gt;.",
   "created_at": "Mon Jan 01 10:00:03 +0000 2024",
   "favorite_count": "0",
   "retweet_count": "0",
   "retweeted": false,
   "lang": "en",
   "entities": {
    "hashtags": [],
    "urls": []
   }
  }
 },
 {
  "tweet": {
   "id_str": "6000",
   "id": "5000",
   "full_text": "RT @a: The tulips are out",
   "created_at": "Mon Jan 01 10:00:00 +0000 2024",
   "favorite_count": "0",
   "retweet_count": "0",
   "retweeted": false,
   "lang": "en",
   "entities": {
    "hashtags": [],
    "urls": []
   }
  }
 }
]
