"""Names of holidays and how their days are found, as a table: "rule: name | name".

Rules: ``fixed month day``; ``weekday month weekday nth [shift]``; ``easter shift [days]``;
``orthodox shift``; a lunar calendar with the method of ``holidays.calendars``, a shift and a number of days;
``own`` for those with rules of their own. A line that begins with spaces goes on with the line before.
"""

TABLE = """
fixed 12 25: christmas | xmas | christmas day | xmas day | x mas | chrissy
fixed 12 24: christmas eve | xmas eve
fixed 12 26: boxing day | st stephens day
fixed 1 1: new year | new years | new years day | new year day | new year's day
fixed 12 31: new year eve | new years eve | nye | hogmanay | silvester
fixed 2 14: valentines day | valentine day | valentines | saint valentines day | v day
fixed 3 17: st patricks day | saint patricks day | st paddys day | saint paddys day | paddys day | st
  patrick day | st paddy day | st pattys day
fixed 10 31: halloween | hallowe'en | halloween night
fixed 11 1: all saints day | all hallows day
fixed 11 2: all souls day | day of the dead
fixed 11 5: guy fawkes | guy fawkes night | bonfire night | guy fawkes day
fixed 1 25: burns night
fixed 11 30: st andrews day
fixed 3 1: st davids day
fixed 4 23: st georges day
fixed 1 26: australia day
fixed 4 25: anzac day
fixed 2 6: waitangi day
fixed 7 1: canada day
fixed 7 14: bastille day
fixed 11 11: remembrance day | armistice day | veterans day | veteran day
weekday 11 6 2: remembrance sunday
weekday 11 1 1: melbourne cup | melbourne cup day | cup day
fixed 4 1: april fools | april fools day | april fool day
fixed 2 2: groundhog day | groundhogs day
fixed 4 22: earth day
fixed 3 14: pi day
fixed 5 5: cinco de mayo
fixed 6 19: juneteenth
fixed 5 1: may day
fixed 3 8: international womens day | womens day
fixed 12 26: kwanzaa
fixed 1 6: epiphany | three kings day | twelfth night
fixed 8 15: assumption | assumption day
fixed 12 8: immaculate conception | feast of the immaculate conception
fixed 2 2: candlemas
fixed 6 24: midsummer | midsummers day | st johns day
fixed 1 26: republic day
fixed 10 2: gandhi jayanti
fixed 4 27: koningsdag | kings day | king's day | kingsday
fixed 6 14: flag day
fixed 9 17: constitution day
fixed 9 11: patriot day
fixed 12 1: world aids day
fixed 1 7: orthodox christmas
fixed 11 11: singles day
own childrens: childrens day
own independence: independence day | fourth of july
own labour: labour day | labor day
own mothers: mothers day | mother day | mothering sunday | mom's day | mums day
own fathers: fathers day | father day | dads day
own kings_birthday: kings birthday | queens birthday
own thanksgiving: thanksgiving | thanksgiving day | turkey day
weekday 11 3 4 1: black friday
weekday 11 3 4 4: cyber monday
weekday 11 3 4 5: giving tuesday
weekday 11 3 4 2: small business saturday
weekday 1 0 3: mlk day | martin luther king day | martin luther kings day | martin luther king jr day |
  civil rights day
weekday 2 0 3: presidents day | president day | washingtons birthday
weekday 5 0 -1: memorial day | decoration day
weekday 10 0 2: columbus day | indigenous peoples day
weekday 5 0 -1: victoria day
own bosses_day: boss day | bosses day | bosss day | boss's day
weekday 2 6 2: super bowl sunday | super bowl
weekday 9 0 1 6: grandparents day
weekday 4 5 -1 -3: administrative professionals day | secretaries day
weekday 5 0 1: early may bank holiday
weekday 5 0 -1: spring bank holiday | late may bank holiday
weekday 8 0 -1: summer bank holiday | august bank holiday
easter 0: easter | easter sunday | easter day
easter 1: easter monday
easter -2: good friday
easter -1: easter saturday | holy saturday | black saturday
easter -7: palm sunday
easter -3: maundy thursday | holy thursday | thursday of mysteries | covenant thursday | sheer thursday
easter -46: ash wednesday
easter -47: shrove tuesday | pancake day | pancake tuesday | mardi gras | fat tuesday
easter -46 46: lent
easter -7 7: holy week
easter -2 4: easter weekend | long weekend at easter
easter 39: ascension | ascension day | ascension thursday
easter 49: pentecost | whit sunday | white sunday | whitsunday
easter 50: whit monday | pentecost monday | whitmonday
easter 56: trinity sunday
easter 60: corpus christi | feast of corpus christi
orthodox -48: clean monday
orthodox 0: orthodox easter | pascha | orthodox easter sunday | greek easter
orthodox -2: orthodox good friday | orthodox great friday
orthodox 1: orthodox easter monday
chinese lunar_new_year_date: chinese new year | chinese new year day | chinese new years day | lunar new
  year | chinese lunar new year | chinese lunar new years day | chinese lunar new year day | cny | spring
  festival
chinese mid_autumn_date: mid autumn festival | moon festival
chinese dragon_boat_date: dragon boat festival
chinese qingming_date: qingming | qingming festival | tomb sweeping day
hebrew rosh_hashanah_date -1 3: rosh hashanah | rosh hashana | rosh hoshanah | yom teruah
hebrew passover_date -1 9: passover | pesach | pesakh
hebrew yom_kippur_date -1 2: yom kippur
hebrew hanukkah_date -1 9: hanukkah | chanukah | hanukah | hanukkah festival
hebrew purim_date -1 2: purim
hebrew sukkot_date -1 8: sukkot | sukkos | feast of tabernacles
hebrew sukkot_date 7 2: simchat torah
hebrew sukkot_date 6 2: shemini atzeret
hebrew shavuot_date -1 3: shavuot | shavuos | feast of weeks
hebrew lag_baomer_date -1: lag baomer | lag bomer
hebrew tisha_bav_date -1 2: tisha bav | tish bav
hebrew israel_independence_date -1 2: yom haatzmaut | yom ha'atzmaut
hebrew passover_date 11: yom hashoah | holocaust day | holocaust remembrance day
islamic ramadan_beginning_dates 0 30: ramadan | ramzan | ramadhan | month of ramadan
islamic eid_al_fitr_dates: eid | eid al fitr | eid ul fitr | id ul fitr | idul fitr | eid el fitr | id al
  fitr
islamic eid_al_adha_dates: eid al adha | eid ul adha | id ul adha | bakr eid | bakra eid | bakrid | idul
  adha | feast of sacrifice | sacrifice feast | id al adha | eid al azha
islamic hijri_new_year_dates: islamic new year | hijri new year | amun jadid | arabic new year | muharram
  | ras as sanah al hijriyah
islamic ashura_dates: ashura | day of ashura | yom ashura
islamic arbaeen_dates: arbaeen
islamic mawlid_dates: mawlid | mawlid al nabawi | mawlid al nabi | milad un nabi | eid milad | prophets
  birthday | milad
islamic eid_al_fitr_dates -4: laylat al qadr | laylat al kadr | night of power | night of measures |
  night of decree | night of destiny | shab e qadr
islamic isra_and_miraj_dates: isra and miraj | isra and mi'raj | isra miraj | the prophets ascension |
  shab e miraj | lailat al miraj
islamic jumuatul_wida_dates: jumuatul wida | jamat ul vida | jamat ul wida | jumatul wida
hindu diwali_india_date: diwali | deepavali | deepawali | diwali day | lakshmi puja
hindu diwali_india_date -2: dhanteras | dhanatrayodashi | dhanvantari trayodashi
hindu diwali_india_date -1: naraka chaturdashi | choti diwali | chhoti diwali | kali chaudas | roop
  chaudas
hindu govardhan_puja_date: govardhan puja | annakut
hindu diwali_india_date 2: bhai dooj | bhau beej | bhai duj
hindu chhath_puja_date: chhath | chhath puja | dala puja | dala chhath | surya shashthi | chhathi
hindu holi_date: holi | dhulandi | phagwah | rangwali holi
hindu holi_date -1: holika dahan | chhoti holi | choti holi | kamudu pyre
hindu dussehra_date: dussehra | dasara | vijayadashami | vijaya dashami | dashain | dushera
hindu dussehra_date -9 10: navaratri | navratri | durga puja | sharad navratri | durgotsava
hindu raksha_bandhan_date: raksha bandhan | rakshabandhan | rakhi
hindu janmashtami_date: janmashtami | krishna janmashtami | gokulashtami
hindu ganesh_chaturthi_date: ganesh chaturthi | vinayaka chaturthi
hindu onam_date: onam | thiru onam | thiruvonam
hindu maha_shivaratri_date: maha shivaratri | shivaratri | mahashivratri | maha shivratri
hindu ram_navami_date: ram navami | rama navami
hindu hanuman_jayanti_date: hanuman jayanti
hindu mahavir_jayanti_date: mahavir jayanti | mahavira jayanti | mahaveer jayanti | mahaveer janma
  kalyanak | mahavir janma kalyanak
hindu swami_dayanand_saraswati_jayanti_date: saraswati jayanti | dayananda saraswati jayanti | dayanand
  saraswati jayanti
hindu pongal_date: pongal | thai pongal | makara sankranthi | makar sankranti | makara sankranti | maghi
  | sankranti
hindu pongal_date -1: boghi | bogi | bogi pandigai | bhogi | boghi pandigai
hindu pongal_date 1: mattu pongal | maattu pongal
hindu pongal_date 2: kaanum pongal | kanni pongal
hindu vaisakhi_date: vaisakhi | vasakhi | vaishakhi | baisakhi | vaisakhadi | mesadi
hindu basant_panchami_date: vasant panchami | basant panchami | saraswati puja
hindu gudi_padwa_date: ugadi | yugadi | samvatsaradi | gudi padwa | chaitra suddha padyami
hindu guru_nanak_jayanti_date: guru nanak jayanti | guru nanak birthday | gurpurab | gurupurab
hindu guru_gobind_singh_jayanti_date: guru gobind singh jayanti | guru gobind singh birthday | guru
  govind singh jayanti
hindu guru_ravidas_jayanti_date: guru ravidas jayanti | guru ravidass jayanti | guru ravidas birthday |
  guru ravidass birthday
hindu maharshi_valmiki_jayanti_date: valmiki jayanti | maharshi valmiki jayanti | pargat diwas
hindu karwa_chauth_date: karva chauth | karwa chauth
hindu rath_yatra_date: rath yatra | ratha yatra | jagannath rath yatra
hindu guru_purnima_date: guru purnima | vyasa purnima
hindu thaipusam_date: thaipusam
hindu vishu_date: vishu
hindu puthandu_date: puthandu | tamil new year
fixed 5 9: rabindra jayanti | rabindranath jayanti
own parsi_new_year: parsi new year | jamshedi navroz | navroz
fixed 3 20: nowruz | persian new year | norooz
hindu buddha_purnima_date: vesak | vesak day | buddha purnima | buddha day | buddhas birthday | wesak
"""
